"""Read models in the admin: to look at, not to change."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cqrs_read.models import BackfillRun, ReadModelState
from legacy_app.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def test_where_each_read_model_stands(filled: list[Order], admin: Client) -> None:
    page = admin.get("/admin/cqrs_read/readmodelstate/").content.decode()
    assert "orders_cqrs.OrderSummary" in page
    assert "ready" in page
    assert "0.0 s" in page


def test_a_read_model_that_is_gone_from_the_code(filled: list[Order], admin: Client) -> None:
    ReadModelState.objects.update(name="orders_cqrs.Former")
    assert "no longer declared" in admin.get("/admin/cqrs_read/readmodelstate/").content.decode()


def test_runs(filled: list[Order], admin: Client) -> None:
    page = admin.get("/admin/cqrs_read/backfillrun/").content.decode()
    assert "asked for by a person" in page


def test_nothing_is_changed_by_hand(filled: list[Order], admin: Client) -> None:
    run = BackfillRun.objects.get()
    assert admin.get("/admin/cqrs_read/backfillrun/add/").status_code == 403
    assert admin.post(f"/admin/cqrs_read/backfillrun/{run.pk}/change/", {"rows": 1}).status_code == 403
    assert admin.post(f"/admin/cqrs_read/backfillrun/{run.pk}/delete/", {"post": "yes"}).status_code == 403
