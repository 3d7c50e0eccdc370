"""The status of a read model at a glance."""

from typing import Any, NoReturn

import pytest
from django.db import connection
from django.db.models import Count

from cqrs_read import lag
from cqrs_read.backfill import advance, backfill, cancel, pause, start
from cqrs_read.declaration.projection import projection_of
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.lag import read_model_status, status_of
from cqrs_read.models import BackfillRun
from cqrs_read.refresh import refresh
from cqrs_read.standing.state import fingerprint
from cqrs_write.capture.install import install, remove
from cqrs_write.trimming import trim
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_empty_to_ready(shop: list[Order]) -> None:
    status = status_of(OrderSummary)
    assert (status.state, status.pending) == ("empty", 0)
    assert "cqrs_backfill" in status.reason
    backfill(OrderSummary)
    assert (status_of(OrderSummary).state, status_of(OrderSummary).reason) == ("ready", "")


def test_lag_is_the_age_of_the_oldest_change_that_waits(filled: list[Order]) -> None:
    assert status_of(OrderSummary).lag_seconds == 0
    Order.objects.update(note="changed")
    waiting = status_of(OrderSummary)
    assert waiting.pending > 0
    assert waiting.lag_seconds > 0
    refresh(OrderSummary)
    assert (status_of(OrderSummary).pending, status_of(OrderSummary).lag_seconds) == (0, 0)


def test_writes_that_go_unseen_are_shown(filled: list[Order]) -> None:
    remove("default")
    try:
        assert "orders_order: triggers missing" in status_of(OrderSummary).reason
    finally:
        install("default")


def test_one_without_a_table_says_what_to_run(filled: list[Order]) -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(OrderSummary)
    try:
        status = {one.name: one for one in read_model_status()}["orders_cqrs.OrderSummary"]
    finally:
        with connection.schema_editor() as editor:
            editor.create_model(OrderSummary)
    assert status.state == "no table"
    assert status.reason.endswith("has no table 'orders_cqrs_ordersummary' yet. Run: manage.py migrate")


@pytest.mark.postgresql
def test_one_whose_table_was_made_anew_is_empty(filled: list[Order]) -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(OrderSummary)
        editor.create_model(OrderSummary)
    assert status_of(OrderSummary).state == "empty"
    assert "was made anew" in status_of(OrderSummary).reason


def test_one_whose_declaration_is_refused(filled: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(read_model: Any) -> NoReturn:
        raise ProjectionError("orders_cqrs.OrderSummary", "total", "is wrong.", "Mend it.")

    monkeypatch.setattr(lag, "dependencies", refuse)
    status = status_of(OrderSummary)
    assert (status.state, status.reason) == ("refused", "orders_cqrs.OrderSummary.total: is wrong. Mend it.")


def test_a_refused_declaration_does_not_hide_the_others(
    filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Projection(CustomerCard.Projection):
        columns = CustomerCard.Projection.columns | {"order_count": Count("order_set")}

    with monkeypatch.context() as patched:
        patched.setattr(CustomerCard, "Projection", Projection)
        _forget_declarations()
        found = {one.name: one for one in read_model_status()}
    _forget_declarations()
    assert found["customers_cqrs.CustomerCard"].state == "refused"
    assert "customers.Customer has no 'order_set'" in found["customers_cqrs.CustomerCard"].reason
    # What only the refused one wants to know of shared tables is of no use now: stale, and served all the same.
    assert found["orders_cqrs.OrderSummary"].state == "ready"
    assert "triggers stale" in found["orders_cqrs.OrderSummary"].reason


def _forget_declarations() -> None:
    for cached in (projection_of, dependencies, fingerprint):
        cached.cache_clear()


class TestFilling:
    """What is told of a read model that is half filled: its run's state, cause and remedy."""

    @pytest.fixture
    def run(self, shop: list[Order]) -> BackfillRun:
        return advance(OrderSummary, start(OrderSummary), 2)

    def test_running(self, run: BackfillRun) -> None:
        assert status_of(OrderSummary).reason == "orders_cqrs.OrderSummary is being filled."

    def test_failed(self, run: BackfillRun) -> None:
        BackfillRun.objects.update(state="failed", error="the chunk after key 7: DataError: too long")
        assert status_of(OrderSummary).reason == (
            "orders_cqrs.OrderSummary: its backfill has failed at the chunk after key 7: DataError: too long. "
            "Mend that; it goes on with: manage.py cqrs_backfill orders_cqrs.OrderSummary"
        )

    def test_paused(self, run: BackfillRun) -> None:
        pause(run, "by ann")
        assert "its backfill is paused (by ann). It goes on with: " in status_of(OrderSummary).reason

    def test_cancelled(self, run: BackfillRun) -> None:
        cancel(run, "by ann")
        assert "its backfill was cancelled (by ann). Fill it: manage.py" in status_of(OrderSummary).reason


def test_trimming_deletes_what_is_consumed_and_nothing_else(filled: list[Order]) -> None:
    refresh(OrderSummary)
    trim("default")
    Order.objects.update(note="not consumed")
    trim("default")
    assert status_of(OrderSummary).pending > 0
    refresh(OrderSummary)
    assert trim("default").rows > 0
    assert trim("default").rows == 0
