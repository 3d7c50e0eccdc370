"""Which source keys an unconsumed change touches: in the change log, in the backlog, or parked."""

import pytest

from cqrs_read.fan_out.route import routes
from cqrs_read.models import Backlog
from cqrs_read.refresh import refresh
from cqrs_read.standing import followers
from cqrs_read.verify.unconsumed import unconsumed
from cqrs_write import changelog
from cqrs_write.trimming import trim
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, OrderLine, Product
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"


def keys(orders: list[Order]) -> list[str]:
    return [str(order.pk) for order in orders]


def set_aside(stream: str, *changed: str, kind: str = Backlog.Kind.WAITING) -> None:
    """As if a refresh had moved a change to the backlog."""
    for route in routes(OrderSummary):
        if route.stream == stream:
            Backlog.objects.create(read_model=NAME, kind=kind, dependency=route.name, keys=list(changed))


def test_nothing_is_unconsumed_after_a_refresh(filled: list[Order]) -> None:
    Order.objects.update(note="changed")
    refresh(OrderSummary)
    assert unconsumed(OrderSummary, keys(filled)) == set()


def test_a_change_of_the_source(filled: list[Order]) -> None:
    Order.objects.filter(pk=filled[1].pk).update(note="changed")
    assert unconsumed(OrderSummary, keys(filled)) == {str(filled[1].pk)}


def test_a_change_of_a_child(filled: list[Order]) -> None:
    OrderLine.objects.filter(order=filled[2]).delete()
    assert unconsumed(OrderSummary, keys(filled)) == {str(filled[2].pk)}


def test_a_change_that_fans_out(filled: list[Order]) -> None:
    Customer.objects.filter(name="bo").update(name="Bo")
    assert unconsumed(OrderSummary, keys(filled)) == {str(filled[1].pk), str(filled[3].pk)}


def test_a_change_two_hops_away(filled: list[Order]) -> None:
    Category.objects.filter(slug="garden").update(name="Yard")
    assert unconsumed(OrderSummary, keys(filled)) == set(keys(filled[1:4]))


def test_only_the_keys_that_were_asked_for(filled: list[Order]) -> None:
    Product.objects.update(name="all of them")
    assert unconsumed(OrderSummary, keys(filled[3:])) == {str(filled[3].pk)}


def test_what_waits_in_the_backlog(filled: list[Order]) -> None:
    set_aside("customers_customer.id", str(filled[0].customer_id))
    assert unconsumed(OrderSummary, keys(filled)) == set(keys([filled[0], filled[2], filled[4]]))


def test_what_is_parked(filled: list[Order]) -> None:
    set_aside("orders_order.id", str(filled[0].pk), kind=Backlog.Kind.PARKED)
    assert unconsumed(OrderSummary, keys(filled)) == {str(filled[0].pk)}


def test_everything(filled: list[Order]) -> None:
    changelog.log_everything("default", ["orders_payment.order_id"])
    assert unconsumed(OrderSummary, keys(filled)) == set(keys(filled))


def test_what_was_trimmed_before_it_was_consumed_is_everything(
    filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    Order.objects.filter(pk=filled[0].pk).update(note="trimmed away")
    monkeypatch.setattr(followers, "read_models", list)
    assert trim("default").rows > 0
    assert unconsumed(OrderSummary, keys(filled)) == set(keys(filled))
