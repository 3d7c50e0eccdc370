"""Every test here has the probe app, and a Celery that sends what it is told to send."""

from collections.abc import Iterator

import pytest

from legacy_app.celery import app as celery_app
from tests.integration.cqrs_write.commands.probe.installed import probe_installed


@pytest.fixture(scope="module", autouse=True)
def _probe_app(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), probe_installed():
        yield


@pytest.fixture(autouse=True)
def _not_eager() -> Iterator[None]:
    was = celery_app.conf.task_always_eager
    celery_app.conf.task_always_eager = False
    yield
    celery_app.conf.task_always_eager = was
