"""What capture costs the writer: the same writes with the triggers installed and removed, in alternating rounds.

Every measurement starts from the same state: rows that the last one added are deleted, dead rows vacuumed away, the
change log emptied. A number with triggers and one without are taken right after one another, and compared as a pair.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from benchmarks.rounds import alternate, median_seconds, paired_ratio, quartiles
from cqrs_write.capture.install import install, remove
from legacy_app.orders import services
from legacy_app.orders.models import Order, OrderLine, Product

ROWS = 100_000
CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How often what is measured."""

    rounds: int
    transactions: int
    bulk_rounds: int
    more_bulk_rounds: int


FULL = Size(rounds=24, transactions=120, bulk_rounds=9, more_bulk_rounds=5)
QUICK = Size(rounds=1, transactions=3, bulk_rounds=1, more_bulk_rounds=1)


def measure(*, quick: bool) -> dict[str, Any]:
    size = QUICK if quick else FULL
    writes = Writes()
    single = partial(compared, writes, rounds=size.rounds, times=size.transactions)
    bulk = partial(compared, writes, times=1, rounds=size.bulk_rounds)
    more_bulk = partial(compared, writes, times=1, rounds=size.more_bulk_rounds)
    details = {
        "tx": single(writes.place_order),
        "unrelated_update": single(writes.take_stock),
        "unrelated_bare_update": single(writes.bare_update),
        "bulk_update": bulk(writes.change_line_prices),
        "bulk_status_update": more_bulk(writes.change_statuses),
        "unrelated_bulk_update": more_bulk(writes.touch_orders),
    }
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
        """Insert an order and its lines, take stock, give the order its number."""
        first, second = self.product(number), self.product(number + 1)
        with transaction.atomic():
            order = Order(customer_id=self.customers[number % len(self.customers)], placed_at=timezone.now())
            order.save(force_insert=True)
            OrderLine.objects.bulk_create(
                OrderLine(order=order, product=product, quantity=1, unit_price=product.price)
                for product in (first, second)
            )
            Product.objects.filter(sku=first.sku).update(stock=F("stock") - 1)
            services.give_number(order)

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


def compared(writes: Writes, write: Callable[[int], None], *, rounds: int, times: int) -> dict[str, Any]:
    """``write`` with and without triggers: milliseconds, their ratio, and how far the rounds agree."""
    sides = {
        "with": partial(with_triggers, writes, write, times),
        "without": partial(without, writes, write, times),
    }
    seconds = alternate(sides, rounds)
    with_, without_ = seconds["with"], seconds["without"]
    return {
        "ratio": paired_ratio(with_, without_),
        "middle_half": quartiles(with_, without_),
        "with_ms": statistics.median(with_) * 1000,
        "without_ms": statistics.median(without_) * 1000,
        "rounds": rounds,
    }


def with_triggers(writes: Writes, write: Callable[[int], None], times: int) -> float:
    install("default")
    return measured(writes, write, times)


def without(writes: Writes, write: Callable[[int], None], times: int) -> float:
    remove("default")
    return measured(writes, write, times)


def measured(writes: Writes, write: Callable[[int], None], times: int) -> float:
    writes.restore()
    if times > 1:
        median_seconds(write, max(1, times // 10))  # The session's caches know the new triggers from then on.
    return median_seconds(write, times)
