"""Rows that are stored by key: computed, changed by writes, recomputed, and gone when nothing yields them any more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.models import Count, F, Q, Sum

from cqrs_read import ReadModel, Rows
from cqrs_read.compute.chunk import Range, next_range
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.fan_out.expand import touched_keys
from cqrs_read.store.rows import RowsChanged, recompute, recompute_range
from cqrs_write import changelog
from tests.integration.cqrs_read.declarations.graph.captured import captured
from tests.integration.cqrs_read.declarations.graph.nodes import BigOrder, Customer, Order, Stock, Warehouse
from tests.integration.cqrs_read.declarations.graph.probe import declared, rows

# Only the toolkit's own tables are flushed afterwards, which is faster.
pytestmark = [
    pytest.mark.django_db(transaction=True, available_apps=["cqrs_write", "cqrs_read"]),
    pytest.mark.usefixtures("committed"),
]

TEXT = models.TextField(null=True)

SALES = declared(
    fields={
        "name": "Sales",
        "pk": models.CompositePrimaryKey("city", "day"),
        "city": models.CharField(max_length=20),
        "day": models.DateField(),
        "group_by": ["city", "day"],
        "filter": Q(rate__gt=0),
    },
    orders=Count("*"),
    rate=Sum("rate"),
    vips=Count("pk", filter=Q(customer__vip=True)),
)

STOCK = declared(
    Stock,
    {
        "name": "StockCard",
        "pk": models.CompositePrimaryKey("sku", "warehouse_id"),
        "sku": models.CharField(max_length=20),
        "warehouse_id": models.BigIntegerField(),
    },
    amount=F("amount"),
    place=(F("warehouse__name"), TEXT),
    rates=Sum("warehouse__order__rate"),
)

BIG = declared(BigOrder, {"name": "Big"}, city=(F("city"), TEXT), reminders=Count("reminders"))

CUSTOMERS = declared(
    Customer,
    {"name": "CustomerCard"},
    code=(F("code"), TEXT),
    referred=Count("referred"),
    orders=(Rows("orders", fields=["city"], order_by=["pk"]), models.JSONField()),
)


def _send_from_main() -> None:
    Order.objects.filter(rate=3).update(warehouse=Warehouse.objects.get())


WRITES: dict[str, tuple[Any, Callable[[], Any]]] = {
    "an order moves to another group": (
        SALES,
        lambda: Order.objects.filter(rate=3).update(day=date(2026, 1, 31)),
    ),
    "an order moves to a group of its own": (
        SALES,
        lambda: Order.objects.filter(rate=10).update(city="Basel"),
    ),
    "a group's last order goes": (SALES, lambda: Order.objects.get(rate=1).delete()),
    "a group's last order is filtered out": (SALES, lambda: Order.objects.filter(rate=1).update(rate=0)),
    "an order comes": (
        SALES,
        lambda: Order.objects.create(
            customer=Customer.objects.first(), warehouse_id=1, city='A "quoted" name', day=date(2026, 5, 1)
        ),
    ),
    "a customer becomes important": (SALES, lambda: Customer.objects.filter(code="B").update(vip=True)),
    "a key of two columns changes": (STOCK, lambda: Stock.objects.filter(sku="p").update(sku="zz")),
    "a row of such a key goes": (STOCK, lambda: Stock.objects.filter(sku="p").delete()),
    "its parent is renamed": (STOCK, lambda: Warehouse.objects.update(name="other")),
    "orders of its parent change": (
        STOCK,
        lambda: Order.objects.filter(rate=3).update(warehouse=Warehouse.objects.get()),
    ),
    "a child that refers by another column": (
        CUSTOMERS,
        lambda: Order.objects.filter(rate=3).update(referrer="A"),
    ),
    "a column that is referred to": (CUSTOMERS, lambda: Customer.objects.filter(code="A").update(code="AA")),
    "a parent class's column": (BIG, lambda: Order.objects.filter(rate=2).update(city="Chur")),
    "a child class's own children": (BIG, lambda: BigOrder.objects.get().reminders.all().delete()),
    "a row of the child class goes": (BIG, lambda: BigOrder.objects.get().delete()),
}


@contextmanager
def stored(read_model: type[ReadModel]) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(read_model)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(read_model)


def contents(read_model: type[ReadModel]) -> list[Any]:
    fields = [field.attname for field in read_model._meta.concrete_fields]
    return sorted(read_model._base_manager.values_list(*fields))


@pytest.mark.parametrize(("read_model", "write"), WRITES.values(), ids=WRITES)
def test_after_a_write_the_rows_are_those_of_the_declaration(
    read_model: Any, write: Callable[[], Any]
) -> None:
    with stored(read_model), captured(read_model):
        recompute_range(read_model, None, None)
        assert len(contents(read_model)) == len(rows(read_model)) > 0
        position = changelog.now("default")
        with transaction.atomic():
            write()
        window = changelog.window("default", position, streams(read_model))
        changed = recompute(read_model, sorted(touched_keys(read_model, window)))
        assert changed != RowsChanged()
        # Nothing is left to change, row by row and key by key.
        assert recompute_range(read_model, None, None) == RowsChanged()
        assert len(contents(read_model)) == len(rows(read_model))


@pytest.mark.parametrize("read_model", [SALES, STOCK, BIG], ids=["grouped", "two columns", "child class"])
def test_chunks_by_key_fill_it(read_model: Any) -> None:
    with stored(read_model):
        walked = Range(above=None, up_to="", keys=0)
        while not walked.is_last:
            walked = next_range(read_model, walked.up_to or None, 1)
            recompute_range(read_model, walked.above, walked.up_to)
        assert len(contents(read_model)) == len(rows(read_model)) > 0
        assert recompute_range(read_model, None, None) == RowsChanged()
