"""A read model over another one: refreshed after it, and not served while that one is not current."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps
from django.utils import timezone

from cqrs_read import ReadModel
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_read.fan_out.upstream import upstream_of
from cqrs_read.models import ReadModelState
from cqrs_read.standing.state import fingerprint, reason_not_current
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card() -> Any:
    """A read model whose source is the order summary; its table is not needed here."""
    with isolate_apps("legacy_app.orders_cqrs"):

        class OrderCard(ReadModel):
            id = models.BigIntegerField(primary_key=True)
            customer_name = models.CharField(max_length=200)

            class Projection:
                source = OrderSummary

            class Meta:
                app_label = "orders_cqrs"

        yield OrderCard


def current(read_model: type[ReadModel]) -> ReadModelState:
    return ReadModelState(
        name="orders_cqrs.OrderCard",
        position="1",
        fingerprint=fingerprint(read_model),
        ready_at=timezone.now(),
    )


def test_what_it_is_computed_from(card: Any) -> None:
    assert upstream_of(card) == (OrderSummary,)
    assert upstream_of(OrderSummary) == ()


def test_it_comes_after_what_it_is_computed_from(card: Any) -> None:
    assert in_dependency_order([card, OrderSummary]) == [OrderSummary, card]
    assert in_dependency_order([card]) == [card]


@pytest.fixture
def with_table(card: Any, filled: list[Order]) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(card)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(card)


def test_it_is_served_while_that_is_current(card: Any, with_table: None) -> None:
    assert reason_not_current(card, current(card)) == ""


def test_it_is_not_served_while_that_is_not(card: Any, with_table: None) -> None:
    ReadModelState.objects.update(ready_at=None)
    assert reason_not_current(card, current(card)) == (
        "orders_cqrs.OrderCard is computed from a read model that is not current: "
        "orders_cqrs.OrderSummary is being filled."
    )
