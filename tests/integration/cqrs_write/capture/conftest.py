"""A small shop, tables of a test's own, and a look at what the change log got to know of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from cqrs_write import changelog
from cqrs_write.capture import plan
from cqrs_write.capture.install import install
from cqrs_write.capture.plan import capture_plan
from cqrs_write.capture.table import Watch
from cqrs_write.changelog import Window
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, OrderLine, Product

ALIAS = "default"


class Logged:
    """What was logged within the block, once it has ended."""

    window: Window

    def __getitem__(self, stream: str) -> set[int | str]:
        return {int(key) if key.isdigit() else key for key in self.window.keys.get(stream, ())}


@contextmanager
def logging() -> Iterator[Logged]:
    streams = [stream for table in capture_plan(ALIAS) for stream in table.streams]
    before, logged = changelog.now(ALIAS), Logged()
    yield logged
    logged.window = changelog.window(ALIAS, before, streams)


def execute(sql: str, *params: Any) -> None:
    """Run one statement, or several that ``;`` ends."""
    with connection.cursor() as cursor:
        for statement in [sql] if params or "$$" in sql else sql.split(";"):
            if statement.strip():
                cursor.execute(statement, params or None)


@pytest.fixture
def logged() -> Callable[[], "contextmanager[Logged]"]:
    return logging


@pytest.fixture
def watch(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Capture tables beside the shop's: called with watches, or with words for ``Watch(table, *key, columns=…)``."""
    wanted: list[Watch] = []
    monkeypatch.setattr(plan, "_sources", [*plan._sources, lambda using: wanted])

    def start(table: str, *key: str, columns: str = "") -> None:
        wanted.append(Watch(table=table, key=key, columns=frozenset(columns.split())))
        install(ALIAS)

    yield start
    monkeypatch.undo()
    install(ALIAS)


@pytest.fixture
def order(transactional_db: None) -> Order:
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    for sku in ("A", "B"):
        Product.objects.create(sku=sku, name=f"Product {sku}", price=10, stock=5, category=kitchen)
    customer = Customer.objects.create(name="Ada", email="ada@example.com")
    order = Order.objects.create(customer=customer)
    for sku in ("A", "B"):
        OrderLine.objects.create(order=order, product_id=sku, quantity=2, unit_price=10)
    return order
