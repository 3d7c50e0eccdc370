"""Writes of the ORM that reach tables in a roundabout way: many-to-many, SET_NULL, races."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from legacy_app.customers.models import Address, Customer, Tag
from legacy_app.orders.models import Order, Product, StockMovement

pytestmark = pytest.mark.django_db(transaction=True)

TAGGED, SHIPPED, MOVED = (
    "customers_customer_tags.customer_id",
    "orders_order.shipping_address_id",
    ("orders_stockmovement.order_id"),
)


@pytest.fixture
def customer(order: Order, watch: Callable[..., None]) -> Customer:
    watch("customers_customer_tags", "customer_id", columns="tag_id")
    watch("orders_order", "shipping_address_id", columns="id")
    watch("orders_stockmovement", "order_id", columns="delta")
    return order.customer


@pytest.fixture
def tags(customer: Customer) -> list[Tag]:
    tags = [Tag.objects.create(name=name) for name in ("new", "loyal", "rich")]
    customer.tags.add(tags[0])
    return tags


MANY_TO_MANY: dict[str, Callable[[Customer, list[Tag]], object]] = {
    "add": lambda customer, tags: customer.tags.add(tags[1], tags[2]),
    "add from the other side": lambda customer, tags: tags[1].customers.add(customer),
    "create": lambda customer, tags: customer.tags.create(name="made"),
    "remove": lambda customer, tags: customer.tags.remove(tags[0]),
    "remove from the other side": lambda customer, tags: tags[0].customers.remove(customer),
    "set": lambda customer, tags: customer.tags.set(tags[1:]),
    "clear": lambda customer, tags: customer.tags.clear(),
    "clear from the other side": lambda customer, tags: tags[0].customers.clear(),
    "delete of the other side": lambda customer, tags: tags[0].delete(),
}


@pytest.mark.parametrize("name", MANY_TO_MANY)
def test_many_to_many(name: str, customer: Customer, tags: list[Tag], logged: Any) -> None:
    other = Customer.objects.create(name="Bo", email="bo@example.com")
    with logged() as log:
        MANY_TO_MANY[name](customer, tags)
    assert log[TAGGED] == {customer.pk}
    assert other.pk not in log[TAGGED]


@pytest.mark.parametrize(
    "change",
    [
        lambda customer, tags: customer.tags.add(tags[0]),
        lambda customer, tags: customer.tags.remove(tags[1]),
        lambda customer, tags: customer.tags.set(tags[:1]),
    ],
)
def test_many_to_many_that_changes_nothing(
    change: Callable[[Customer, list[Tag]], object], customer: Customer, tags: list[Tag], logged: Any
) -> None:
    with logged() as log:
        change(customer, tags)
    # On SQLite INSERT OR IGNORE reports the row that it finds: that nothing replaces it cannot be told beforehand.
    assert log[TAGGED] <= ({customer.pk} if connection.vendor == "sqlite" else set())


def test_set_null_reports_the_row_and_what_it_pointed_at(
    customer: Customer, order: Order, logged: Any
) -> None:
    address = Address.objects.create(customer=customer, street="S", zip="1", city="C")
    order.shipping_address = address
    order.save()
    key = address.pk
    with logged() as log:
        address.delete()
    assert log[SHIPPED] == {key}
    order.refresh_from_db()
    assert order.shipping_address is None


def test_set_null_by_the_cascade_of_a_delete(customer: Customer, order: Order, logged: Any) -> None:
    key = order.pk
    StockMovement.objects.create(product=Product.objects.get(sku="A"), delta=-1, reason="sold", order=order)
    with logged() as log:
        order.delete()
    assert log[MOVED] == {key}


@pytest.mark.parametrize("how", ["get_or_create", "update_or_create"])
def test_two_that_create_the_same_at_once(how: str, customer: Customer, logged: Any) -> None:
    """One of them inserts; the other finds the row, in a savepoint that was rolled back."""
    barrier, made = threading.Barrier(2), []

    def make() -> None:
        barrier.wait(20)
        product, _ = getattr(Product.objects, how)(sku="RACE", defaults={"name": "Raced", "price": 1})
        made.append(product.pk)
        connection.close()

    with logged() as log:
        threads = [threading.Thread(target=make) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert len(set(made)) == 1
    assert log["orders_product.sku"] == {"RACE"}
    assert Product.objects.filter(sku="RACE").count() == 1
