"""Every test here has the notes app, a client, and a Celery that sends what it is told to send."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from cqrs_write.http import back_pressure
from legacy_app.celery import app as celery_app
from tests.integration.cqrs_write.http.notes.installed import notes_installed


@pytest.fixture(scope="module", autouse=True)
def _notes_app(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), notes_installed():
        yield


@pytest.fixture(autouse=True)
def _not_eager() -> Iterator[None]:
    was = celery_app.conf.task_always_eager
    celery_app.conf.task_always_eager = False
    yield
    celery_app.conf.task_always_eager = was


@pytest.fixture(autouse=True)
def _counted_anew() -> None:
    back_pressure.forget()


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient(raise_request_exception=False)


@pytest.fixture
def client(ada: User) -> APIClient:
    """Ada's."""
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(ada)
    return client
