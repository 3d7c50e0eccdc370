"""What capture costs the writer: the same writes with the triggers installed and removed, in alternating rounds.

Every measurement starts from the same state: rows that the last one added are deleted, dead rows vacuumed away, the
change log emptied. A number with triggers and one without are taken right after one another, and compared as a pair.
"""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from benchmarks.rounds import alternate, median_seconds, paired_ratio, quartiles
from benchmarks.summaries import capture_alone
from cqrs_write.capture.install import install, remove
from legacy_app.orders import services
from legacy_app.orders.models import Order, OrderLine, Product

ROWS = 100_000
CENT = Decimal("0.01")

Write = Callable[[int], None]
Kinds = Mapping[str, tuple[Write, int]]
"""A write by name, and how often it is done in one round."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """Rounds, and how often a small write is done in one of them."""

    rounds: int
    transactions: int
    updates: int
    bulk_rounds: int


FULL = Size(rounds=32, transactions=60, updates=150, bulk_rounds=7)
QUICK = Size(rounds=1, transactions=3, updates=3, bulk_rounds=1)


def measure(*, quick: bool) -> dict[str, Any]:
    size = QUICK if quick else FULL
    capture_alone()
    writes = Writes()
    small = {
        "tx": (writes.place_order, size.transactions),
        "unrelated_update": (writes.take_stock, size.updates),
        "unrelated_bare_update": (writes.bare_update, size.updates),
    }
    bulk = {
        "bulk_update": (writes.change_line_prices, 1),
        "bulk_status_update": (writes.change_statuses, 1),
        "unrelated_bulk_update": (writes.touch_orders, 1),
    }
    details = compared(writes, small, size.rounds) | compared(writes, bulk, size.bulk_rounds)
    ratios = {f"{name}_ratio": detail["ratio"] for name, detail in details.items()}
    return ratios | {"bulk_rows": writes.rows, "details": details}


class Writes:
    """The writes that are measured, as an application does them: through the ORM."""

    def __init__(self) -> None:
        self.last_order = Order.objects.aggregate(last=Max("pk"))["last"]
        self.last_line = OrderLine.objects.aggregate(last=Max("pk"))["last"]
        self.rows = min(ROWS, self.last_order, self.last_line)
        Product.objects.update(stock=1_000_000)
        self.products = list(Product.objects.filter(active=True).order_by("sku")[:500])
        self.customers = list(Order.objects.order_by("pk").values_list("customer", flat=True)[:500])
        self.turn = 0

    def place_order(self, number: int) -> None:
        """Four statements: insert an order and its lines, take stock, give the order its number."""
        first, second = self.product(number), self.product(number + 1)
        order = Order(customer_id=self.customers[number % len(self.customers)], placed_at=timezone.now())
        with transaction.atomic():
            Order.objects.bulk_create([order])
            OrderLine.objects.bulk_create(
                OrderLine(order=order, product=product, quantity=1, unit_price=product.price)
                for product in (first, second)
            )
            Product.objects.filter(sku=first.sku).update(stock=F("stock") - 1)
            Order.objects.filter(pk=order.pk).update(number=f"{order.placed_at.year}-{order.pk:07d}")

    def take_stock(self, number: int) -> None:
        """The monolith's own: lock the product, check its stock, update it, in one transaction."""
        with transaction.atomic():
            services.take_stock([(self.product(number).sku, 1)])

    def bare_update(self, number: int) -> None:
        Product.objects.filter(pk=self.product(number).pk).update(stock=F("stock") + 1)

    def change_line_prices(self, number: int) -> None:
        change = CENT if self.next_turn() else -CENT
        OrderLine.objects.filter(pk__lte=self.rows).update(unit_price=F("unit_price") + change)

    def change_statuses(self, number: int) -> None:
        status = Order.Status.PAID if self.next_turn() else Order.Status.SHIPPED
        Order.objects.filter(pk__lte=self.rows).update(status=status)

    def touch_orders(self, number: int) -> None:
        Order.objects.filter(pk__lte=self.rows).update(updated_at=timezone.now())

    def product(self, number: int) -> Product:
        return self.products[number % len(self.products)]

    def next_turn(self) -> int:
        self.turn += 1
        return self.turn % 2

    def restore(self) -> None:
        """Back to the state in which every measurement starts, as far as bloat goes."""
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE cqrs_change_log")
            cursor.execute("DELETE FROM orders_orderline WHERE id > %s", [self.last_line])
            cursor.execute("DELETE FROM orders_order WHERE id > %s", [self.last_order])
            cursor.execute("TRUNCATE cqrs_change_log")
            cursor.execute("VACUUM orders_order, orders_orderline, orders_product, cqrs_change_log")


def compared(writes: Writes, kinds: Kinds, rounds: int) -> dict[str, dict[str, Any]]:
    """Every kind of write with and without triggers: milliseconds, their ratio, how far the rounds agree."""
    sides = {"with": partial(with_triggers, writes, kinds), "without": partial(without, writes, kinds)}
    seconds = alternate(sides, rounds)
    return {
        kind: summary([one[kind] for one in seconds["with"]], [one[kind] for one in seconds["without"]])
        for kind in kinds
    }


def summary(with_: list[float], without_: list[float]) -> dict[str, Any]:
    return {
        "ratio": paired_ratio(with_, without_),
        "middle_half": quartiles(with_, without_),
        "with_ms": statistics.median(with_) * 1000,
        "without_ms": statistics.median(without_) * 1000,
        "rounds": len(with_),
    }


def with_triggers(writes: Writes, kinds: Kinds) -> dict[str, float]:
    install("default")
    return {kind: seconds(writes, write, times) for kind, (write, times) in kinds.items()}


def without(writes: Writes, kinds: Kinds) -> dict[str, float]:
    remove("default")
    return {kind: seconds(writes, write, times) for kind, (write, times) in kinds.items()}


def seconds(writes: Writes, write: Write, times: int) -> float:
    """The median of ``times`` writes, after a few that acquaint the session with the triggers."""
    writes.restore()
    if times > 1:
        median_seconds(write, max(1, times // 10))
    return median_seconds(write, times)
