"""Writers who read what they have written, beside others and with a refresher that is late: none sees older data."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, connections, transaction

from cqrs_read.backfill import backfill
from cqrs_read.refresh import refresh, waiting
from cqrs_read.refresh.waiting import wait_until_fresh
from cqrs_write.freshness import mark
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary, SalesByCityAndDay

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, PAIRS = 4, 100


@dataclass
class Tally:
    """What became of the reads: by rows that showed the write, by rows that did not, and by legacy."""

    right: int = 0
    stale: int = 0
    fallback: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.right + other.right, self.stale + other.stale, self.fallback + other.fallback)


@contextmanager
def late_refresher(*read_models: Any) -> Iterator[None]:
    """Refreshes now and then, as one on a busy machine."""
    stopped, pauses = threading.Event(), random.Random(7)

    def work() -> None:
        while not stopped.wait(pauses.uniform(0, 0.03)):
            for read_model in read_models:
                refresh(read_model)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


@contextmanager
def open_transaction() -> Iterator[None]:
    """One beside, with changes of its own, that ends only with the block; where there can be one."""
    if connection.vendor == "sqlite":
        yield
        return
    other = connection.copy("beside")
    other.connect()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET phone = 'open' WHERE name = 'bo'")
    yield
    other.rollback()
    other.close()


def write_and_read(order: int, *, with_token: bool) -> Tally:
    """One writer's pairs, on an order of its own."""
    tally, pauses = Tally(), random.Random(order)
    try:
        for number in range(PAIRS):
            with transaction.atomic():
                Order.objects.filter(pk=order).update(note=str(number))
                token = mark() if number % 3 == 0 else None
            time.sleep(pauses.uniform(0, 0.004))
            if with_token and not wait_until_fresh(
                [OrderSummary], token or mark(), pauses.choice([0, 0.02, 0.2])
            ):
                tally.fallback += 1
            elif OrderSummary.objects.get(pk=order).note == str(number):
                tally.right += 1
            else:
                tally.stale += 1
    finally:
        connections.close_all()
    return tally


def all_pairs(orders: list[Order], *, with_token: bool) -> Tally:
    with late_refresher(OrderSummary), open_transaction(), ThreadPoolExecutor(WRITERS) as pool:
        pairs = [pool.submit(write_and_read, order.pk, with_token=with_token) for order in orders[:WRITERS]]
        return sum((one.result() for one in pairs), Tally())


@pytest.fixture(autouse=True)
def _wait_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "RELUCTANT_SECONDS", 0.0)


def test_with_tokens_no_read_is_stale(filled: list[Order]) -> None:
    tally = all_pairs(filled, with_token=True)
    assert tally.stale == 0
    assert tally.right > 0
    assert tally.right + tally.fallback == WRITERS * PAIRS


def test_a_refresher_in_another_process_is_waited_for(filled: list[Order], spawn: Any) -> None:
    follower = ("manage.py", "cqrs_refresh", "orders_cqrs.OrderSummary", "--follow", "--interval", "0.02")
    spawn(*follower, environment={"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs"})
    order, started = filled[0].pk, 30.0
    for number in range(50):
        Order.objects.filter(pk=order).update(note=str(number))
        assert wait_until_fresh([OrderSummary], mark(), started, patient=True)
        assert OrderSummary.objects.get(pk=order).note == str(number)


def test_without_them_reads_are_stale(filled: list[Order]) -> None:
    assert all_pairs(filled, with_token=False).stale > 0


def test_a_read_model_of_a_read_model_is_not_stale_either(filled: list[Order]) -> None:
    backfill(SalesByCityAndDay)
    customer, shown = Customer.objects.get(name="ada"), 0
    with late_refresher(OrderSummary, SalesByCityAndDay):
        for number in range(60):
            Customer.objects.filter(pk=customer.pk).update(city=f"city {number}")
            if wait_until_fresh([SalesByCityAndDay], mark(), 0.2):
                cities = SalesByCityAndDay.objects.values_list("customer_city", flat=True)
                assert f"city {number}" in set(cities)
                assert f"city {number - 1}" not in set(cities)
                shown += 1
    assert shown
