"""Rebuilding a grouped read model with a key of two columns, and the one whose rows it follows from."""

from typing import Any

import pytest

from cqrs_read.backfill import advance, backfill, running
from cqrs_read.rebuild import cancel, rebuild
from cqrs_read.refresh import refresh
from cqrs_read.verify import verify
from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary, SalesByCityAndDay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sales(filled: list[Order]) -> Any:
    backfill(SalesByCityAndDay)
    yield
    cancel(SalesByCityAndDay)


def assert_true() -> None:
    for model in (OrderSummary, SalesByCityAndDay):
        refresh(model)
        while run := running(model):
            advance(model, run)
        assert verify(model).found == 0
    assert sum(SalesByCityAndDay.objects.values_list("orders", flat=True)) == OrderSummary.objects.count()


def test_the_one_that_follows() -> None:
    assert rebuild(SalesByCityAndDay, force=True, chunk=1).swapped
    OrderLine.objects.update(quantity=9)
    assert_true()


def test_the_one_that_is_followed() -> None:
    assert rebuild(OrderSummary, force=True, chunk=2).swapped
    Order.objects.update(cancelled=False)
    assert_true()
