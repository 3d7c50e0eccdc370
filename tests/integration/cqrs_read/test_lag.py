"""The status of a read model at a glance."""

import pytest

from cqrs_read.backfill import backfill
from cqrs_read.lag import status_of
from cqrs_read.refresh import refresh
from cqrs_read.state import trim
from cqrs_write.capture.install import install, remove
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


def test_trimming_deletes_what_is_consumed_and_nothing_else(filled: list[Order]) -> None:
    refresh(OrderSummary)
    trim("default")
    Order.objects.update(note="not consumed")
    trim("default")
    assert status_of(OrderSummary).pending > 0
    refresh(OrderSummary)
    assert trim("default") > 0
    assert trim("default") == 0
