"""What a legacy migration does to a read model that is being followed: marked, repaired, reported, and right again."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from cqrs_read import backfill
from cqrs_read.lag import status_of
from cqrs_read.refresh import refresh
from cqrs_read.standing import serving
from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_read.standing.state import withdraw_if_unseen
from cqrs_read.verify import verify
from cqrs_write.capture.drift import drift
from cqrs_write.capture.install import install
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.faults.cqrs_write.capture.test_migrations_under_writers import migrate
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

WRITES = (
    "UPDATE orders_orderline SET quantity = 1 + quantity % 9 WHERE sku = 'A'",
    "UPDATE orders_order SET note = 'written' WHERE id % 2 = 0",
    "INSERT INTO orders_payment (id, order_id, amount, method, status, created_at) "
    "SELECT gen_random_uuid(), min(id), 1, 'card', 'captured', now() FROM orders_order",
    "UPDATE customers_customer SET name = name || 'x' WHERE length(name) < 100",
)


@contextmanager
def writing() -> Iterator[list[str]]:
    """Four writers, two of them in REPEATABLE READ. Yields what failed."""
    stopped, failures = threading.Event(), list[str]()

    def write(number: int) -> None:
        choice = random.Random(number)
        while not stopped.is_set():
            try:
                with transaction.atomic():
                    if number % 2:
                        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    execute(choice.choice(WRITES))
            except DatabaseError as error:
                if getattr(error.__cause__, "sqlstate", "") not in ("40001", "40P01"):
                    failures.append(str(error))
        connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield failures
    finally:
        stopped.set()
        for thread in threads:
            thread.join(60)


def rename_and_come_back() -> None:
    """A deployment that is taken back: in between, the triggers name a column that is not there."""
    migrate("ALTER TABLE orders_orderline RENAME COLUMN discount TO rebate")
    _some_writes_pass()
    migrate("ALTER TABLE orders_orderline RENAME COLUMN rebate TO discount")


def drop_and_add() -> None:
    migrate("ALTER TABLE orders_orderline DROP COLUMN discount")
    _some_writes_pass()
    migrate("ALTER TABLE orders_orderline ADD COLUMN discount numeric(10, 2) NOT NULL DEFAULT 1")


def rewrite() -> None:
    migrate("ALTER TABLE orders_orderline ALTER COLUMN unit_price TYPE numeric(10, 2) USING unit_price * 2")


def _some_writes_pass() -> None:
    before = _line_writes()
    while _line_writes() < before + 10:
        pass


def _line_writes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cqrs_change_log WHERE stream = 'orders_orderline.order_id'")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("migration", [rename_and_come_back, drop_and_add, rewrite])
def test_it_is_marked_repaired_and_right_again(migration: Callable[[], None], filled: list[Order]) -> None:
    with writing() as failures:
        migration()
        found = [item for item in drift("default") if item.unseen]
        if found:
            assert "orders_orderline: triggers retyped" in withdraw_if_unseen(OrderSummary)
            assert "orders_orderline: triggers retyped" in status_of(OrderSummary).reason
        install("default")
        refresh(OrderSummary)
        serving.forget()
        assert reason_not_to_serve(OrderSummary), "legacy answers until every row was computed anew"
        run = backfill.running(OrderSummary)
        assert run is not None
        assert "orders_orderline" in run.reason
        while run := backfill.running(OrderSummary):
            backfill.advance(OrderSummary, run)
    assert failures == []
    refresh(OrderSummary)
    while run := backfill.running(OrderSummary):
        backfill.advance(OrderSummary, run)
    refresh(OrderSummary)
    serving.forget()
    assert reason_not_to_serve(OrderSummary) == ""
    assert drift("default") == []
    assert verify(OrderSummary).differences == ()
    assert read_model_answer() == legacy_answer()
