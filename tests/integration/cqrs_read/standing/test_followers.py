"""The change log is kept for read models, and given up for one that would fill the disk: legacy then answers."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import override_settings

from cqrs_read import backfill, tasks
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.refresh import care, refresh
from cqrs_read.refresh.follow import follow
from cqrs_read.standing import followers
from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_read.standing.state import state_of
from cqrs_read.verify import verify
from cqrs_write.trimming import holds_rows, size, trim
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"


def test_a_read_model_that_was_never_filled_keeps_nothing(shop: list[Order]) -> None:
    assert list(followers.followers("default")) == []
    assert trim("default").rows > 0


def test_one_that_is_filled_keeps_what_it_has_not_consumed(filled: list[Order]) -> None:
    Order.objects.update(note="waits")
    (follower,) = followers.followers("default")
    assert follower.name == trim("default").slowest == NAME
    refresh(OrderSummary)
    assert read_model_answer() == legacy_answer()


@pytest.mark.parametrize("who", ["follower", "task"])
def test_one_that_nothing_concerns_keeps_nothing_for_long(
    who: str, filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only customers' cards are concerned; the log would fill up behind the position of the orders."""
    monkeypatch.setattr(care, "SECONDS", -1.0)
    backfill.backfill(CustomerCard)
    Customer.objects.update(phone="1")
    position = state_of(OrderSummary).position
    if who == "follower":
        steps = iter(range(3))
        follow([OrderSummary, CustomerCard], interval=0, stopped=lambda: next(steps, None) is None)
    else:
        for _ in range(3):
            tasks.refresh()
    assert state_of(OrderSummary).position != position
    assert not holds_rows("default")
    assert verify(CustomerCard).found == verify(OrderSummary).found == 0


def test_one_that_is_declared_no_more_keeps_nothing(
    filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    Order.objects.update(note="waits for nobody")
    monkeypatch.setattr(followers, "read_models", list)
    assert trim("default").rows > 0
    monkeypatch.undo()
    # Declared again, as after a deployment that was taken back: it notices what it has missed.
    refresh(OrderSummary)
    assert "declared" not in reason_not_to_serve(OrderSummary)
    assert running().kind == BackfillRun.Kind.REPAIR


def test_above_the_cap_it_is_given_up_withdrawn_and_repaired(filled: list[Order]) -> None:
    for number in range(60):
        Customer.objects.update(name=f"renamed {number}")
    with override_settings(CQRS_WRITE={"CHANGE_LOG_MAX_BYTES": 2000}):
        assert size("default").share > 1
        printed = StringIO()
        call_command("cqrs_status", stdout=printed)
        assert "The change log of 'default' is at" in printed.getvalue()
        assert trim("default").given_up == (NAME,)
        assert size("default").share < 0.5
        printed = StringIO()
        call_command("cqrs_status", stdout=printed)
        assert "The change log" not in printed.getvalue()
    assert reason_not_to_serve(OrderSummary)
    refresh(OrderSummary)
    assert running().kind == BackfillRun.Kind.REPAIR
    while run := backfill.running(OrderSummary):
        backfill.advance(OrderSummary, run)
    refresh(OrderSummary)
    assert verify(OrderSummary).differences == ()
    assert read_model_answer() == legacy_answer()
    assert ReadModelState.objects.get(name=NAME).ready_at is not None


def test_one_whose_database_is_away_is_a_follower_that_cannot_be_told(
    filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(read_model: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(followers, "state_of", away)
    found = {follower.name: follower.position for follower in followers.followers("default")}
    assert found[NAME] is None
    Order.objects.update(note="kept")
    assert trim("default").rows == 0


def running() -> BackfillRun:
    run = backfill.running(OrderSummary)
    assert run is not None
    return run
