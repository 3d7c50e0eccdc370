"""Windows and fan-outs of any size: bounded memory, and fresh changes that do not wait behind them."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cqrs_read.models import Backlog
from cqrs_read.refresh.attend import attend_all
from cqrs_read.standing.state import take_position
from cqrs_read.verify import verify
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)

MEGABYTES = 48
"""What a process may grow by, whatever waits."""


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def orders(count: int) -> Customer:
    """``count`` orders of one customer, the first one of another; the read model has a position and no rows yet."""
    one = Customer.objects.create(name="one", email="one@example.com")
    many = Customer.objects.create(name="many", email="many@example.com")
    Order.objects.create(customer=one)
    execute(
        "INSERT INTO orders_order (customer_id, status, placed_at, note, cancelled, updated_at) "
        "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
        "SELECT %s, 'new', %s, '', %s, %s FROM n",
        count,
        many.pk,
        timezone.now(),
        False,
        timezone.now(),
    )
    execute("ANALYZE")
    take_position(OrderSummary, ready_at=timezone.now())
    return many


def update_all() -> None:
    execute("UPDATE orders_order SET note = 'all at once'")


def update_one_by_one() -> None:
    for pk in Order.objects.values_list("pk", flat=True):
        Order.objects.filter(pk=pk).update(note="one by one")


def fan_out() -> None:
    Customer.objects.filter(name="many").update(name="renamed")


@pytest.mark.parametrize("change", [update_all, update_one_by_one, fan_out])
def test_fresh_changes_go_before_what_waits(change: Callable[[], None], settings: Any) -> None:
    settings.CQRS_READ = {"REFRESH_KEYS": 40}
    orders(400)
    change()
    attend_all([OrderSummary])
    first = Order.objects.earliest("pk")
    passes = 0
    while Backlog.objects.exists():
        Order.objects.filter(pk=first.pk).update(note=f"fresh {passes}")
        attend_all([OrderSummary])
        assert OrderSummary.objects.get(pk=first.pk).note == f"fresh {passes}"
        passes += 1
    assert passes >= 399 // 40
    if change is not fan_out:
        assert verify(OrderSummary).differences == ()


def drained(spawn: Any) -> dict[str, float]:
    process = spawn("-m", "tests.integration.cqrs_read.drain")
    seen = 0
    first = Order.objects.earliest("pk")
    while process.exit_code is None:
        Order.objects.filter(pk=first.pk).update(note=f"fresh {seen}")
        while process.exit_code is None and not shown(first, f"fresh {seen}"):
            time.sleep(0.02)
        seen += Backlog.objects.exists()
    assert process.exit_code == 0, process.output
    report = json.loads(process.output.splitlines()[-1])
    return {**report, "seen": seen}


def shown(order: Order, note: str) -> bool:
    return OrderSummary.objects.filter(pk=order.pk, note=note).exists()


@pytest.mark.long
@pytest.mark.postgresql
class TestBig:
    def test_an_update_of_a_million_rows(self, spawn: Any) -> None:
        orders(1_000_000)
        update_all()
        report = drained(spawn)
        assert report["after"] - report["before"] < MEGABYTES, report
        assert report["seen"] > 10, report
        assert OrderSummary.objects.filter(note="all at once").count() == 999_999

    def test_a_million_updates(self, spawn: Any) -> None:
        orders(1_000_000)
        execute(
            "INSERT INTO cqrs_change_log (stream, keys) "
            "SELECT 'orders_order.id', ARRAY[id::text] FROM orders_order ORDER BY random()"
        )
        report = drained(spawn)
        assert report["after"] - report["before"] < MEGABYTES, report
        assert report["seen"] > 10, report
        assert OrderSummary.objects.count() == 1_000_000

    def test_a_change_that_fans_out_to_half_a_million(self, spawn: Any) -> None:
        orders(500_000)
        fan_out()
        report = drained(spawn)
        assert report["after"] - report["before"] < MEGABYTES, report
        assert report["seen"] > 10, report
        assert OrderSummary.objects.filter(customer_name="renamed").count() == 499_999
