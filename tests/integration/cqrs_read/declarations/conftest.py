"""A few rows in every table of the graph."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from cqrs_write import changelog
from cqrs_write.capture.install import install
from tests.integration.cqrs_read.declarations.graph.nodes import (
    MODELS,
    BigOrder,
    Customer,
    Line,
    Order,
    Product,
    Profile,
    Refund,
    Region,
    Reminder,
    Stock,
    Tag,
    Warehouse,
)


@pytest.fixture(scope="module", autouse=True)
def _tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in MODELS:
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in reversed(MODELS):
                editor.delete_model(model)
        # Tests with few available apps have had the sample's triggers dropped as superfluous.
        install("default")
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {changelog.TABLE}")


def fill() -> None:
    """Four orders: one with everything several times, one that is a big order, one bare, one alone in its city."""
    north, hidden = (Region._base_manager.create(name=name) for name in ("north", "hidden south"))
    ada = Customer.objects.create(name="ada", code="A", region=north, vip=True)
    bo = Customer.objects.create(name="bo", code="B", region=hidden)
    ghost = Customer.objects.create(name="hidden ghost", code="G")
    Profile.objects.create(customer=ada, level=7)
    Profile.objects.create(customer=ghost, level=3)
    store = Warehouse.objects.create(name="main")
    products = [
        Product.objects.create(sku=sku, name=f"Product {sku}", price=price)
        for sku, price in (("p", "1.50"), ("q", "20"), ("r", "0.07"))
    ]
    tags = [Tag.objects.create(name=name) for name in ("red", "blue", "green")]
    day = date(2026, 1, 31)
    first = Order.objects.create(customer=ada, warehouse=store, city="Bern", day=day, rate=10, referrer=bo)
    big = BigOrder.objects.create(customer=ada, warehouse=store, city="Bern", day=day, rate=2, discount=5)
    bare = Order.objects.create(customer=bo, warehouse_id=999, city="Bern", day=date(2026, 2, 1), rate=3)
    last = Order.objects.create(customer=ghost, warehouse=store, city="Oslo", day=day, follows=first)
    first.tags.set(tags[:2])
    last.tags.set(tags[1:])
    big.bulk_tags.set(tags)
    first.related.add(big, last)
    first.blocks.add(bare, last)
    lines = [
        Line.objects.create(order=order, product=products[place], quantity=quantity, weight=weight)
        for order, place, quantity, weight in (
            (first, 0, 2, 5),
            (first, 1, 1, None),
            (first, 0, 2, 5),
            (big, 2, 7, 1),
            (last, 1, 4, None),
        )
    ]
    lines[0].instead_of = products[2]
    lines[0].save()
    for line, amount in ((lines[0], "1.10"), (lines[0], "2.20"), (lines[1], "5.00"), (lines[4], "4.00")):
        Refund.objects.create(line=line, amount=amount)
    Reminder.objects.create(order=big, text="call")
    Reminder.objects.create(order=big, text="write")
    for sku, amount in (("p", 10), ("q", 0)):
        Stock.objects.create(warehouse=store, sku=sku, amount=amount)


@pytest.fixture
def orders(db: None) -> list[Any]:
    """The keys of the orders: with everything, big, bare, alone."""
    fill()
    return list(Order.objects.order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """The same rows, for the change log to see what becomes of them; they are gone afterwards."""
    fill()
    yield
    # Their foreign keys are deferred.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("graph"):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
