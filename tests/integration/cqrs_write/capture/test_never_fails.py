"""No legacy write fails because of capture: what can no longer be captured is reported as "everything"."""

import threading
import time
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from cqrs_write import changelog
from cqrs_write.capture.drift import drift
from cqrs_write.capture.install import install
from legacy_app.orders.models import Order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

LINES = "orders_orderline.order_id"


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def column_renamed(order: Order) -> Any:
    execute("ALTER TABLE orders_orderline RENAME COLUMN discount TO rebate")
    yield order
    execute("ALTER TABLE orders_orderline RENAME COLUMN rebate TO discount")


@pytest.fixture
def log_gone(order: Order) -> Any:
    execute("ALTER TABLE cqrs_change_log RENAME TO cqrs_change_log_away")
    yield order
    execute("ALTER TABLE cqrs_change_log_away RENAME TO cqrs_change_log")


def test_a_renamed_column_reports_everything(column_renamed: Order, logged: Any) -> None:
    with logged() as log:
        execute("UPDATE orders_orderline SET quantity = 7")
        execute("DELETE FROM orders_orderline WHERE sku = 'A'")
        execute(
            "INSERT INTO orders_orderline (order_id, sku, quantity, unit_price, rebate) "
            "SELECT id, 'A', 1, 1, 0 FROM orders_order"
        )
    assert LINES in log.window.everything


def test_a_transaction_older_than_the_rename_can_still_write(order: Order, logged: Any) -> None:
    """Its catalog queries show the old column; the statement itself is parsed against the new one."""
    with logged() as log:
        with transaction.atomic():
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            execute("SELECT 1 FROM orders_product")
            _elsewhere("ALTER TABLE orders_orderline RENAME COLUMN discount TO rebate")
            execute("UPDATE orders_orderline SET quantity = 9")
        execute("ALTER TABLE orders_orderline RENAME COLUMN rebate TO discount")
    assert LINES in log.window.everything


def test_a_retyped_column_is_captured_as_before(order: Order, logged: Any) -> None:
    execute("ALTER TABLE orders_order ALTER COLUMN note TYPE varchar(500)")
    try:
        with logged() as log:
            execute("UPDATE orders_order SET note = 'still seen'")
        assert log["orders_order.id"] == {order.pk}
    finally:
        execute("ALTER TABLE orders_order ALTER COLUMN note TYPE text")
        install("default")


def test_without_a_change_log_in_repeatable_read_the_loss_is_counted(log_gone: Order) -> None:
    before = changelog.source("default").lost
    with transaction.atomic():
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        execute("UPDATE orders_orderline SET quantity = 3")
    assert changelog.source("default").lost > before


def test_without_a_change_log_no_write_fails(log_gone: Order) -> None:
    before = changelog.source("default").lost
    execute("UPDATE orders_orderline SET quantity = 4")
    assert changelog.source("default").lost > before


def test_a_serialization_failure_is_the_writers_own_and_counts_as_no_loss(order: Order) -> None:
    """It strikes while the trigger logs; the transaction is rolled back, so that nothing was lost."""
    execute(
        "CREATE FUNCTION cap_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF current_setting('cap.wait', true) = 'on' THEN PERFORM pg_advisory_xact_lock(4711); END IF; "
        "RETURN NULL; END $$"
    )
    execute(
        "CREATE TRIGGER aaa_first AFTER UPDATE ON orders_order FOR EACH STATEMENT EXECUTE FUNCTION cap_wait()"
    )
    Order.objects.create(customer=order.customer)
    before, failed = changelog.source("default").lost, list[str]()
    execute("SELECT pg_advisory_lock(4711)")

    def second() -> None:
        try:
            with transaction.atomic():
                execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                execute("SET LOCAL cap.wait = 'on'")
                execute("SELECT count(*) FROM orders_order WHERE note = 'skew'")
                has_read.set()
                first_has_written.wait(20)
                execute(f"UPDATE orders_order SET note = 'skew' WHERE id = {order.pk}")
        except OperationalError as error:
            failed.append(str(error.__cause__ and getattr(error.__cause__, "sqlstate", "")))
        connection.close()

    has_read, first_has_written = threading.Event(), threading.Event()
    writer = threading.Thread(target=second)
    with transaction.atomic():
        execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        execute("SELECT count(*) FROM orders_order WHERE note = 'skew'")
        writer.start()
        assert has_read.wait(20)
        execute(f"UPDATE orders_order SET note = 'skew' WHERE id > {order.pk}")
        first_has_written.set()
        _until_somebody_waits()
    execute("SELECT pg_advisory_unlock(4711)")
    writer.join(20)
    execute("DROP FUNCTION cap_wait CASCADE")
    assert failed == ["40001"]
    assert changelog.source("default").lost == before


def test_installing_does_not_queue_behind_a_long_writer(order: Order) -> None:
    """A lock that is waited for makes every later writer wait: installation gives up and tries again."""
    execute("ALTER TABLE orders_orderline DISABLE TRIGGER cqrs_capture_update")
    installed = threading.Thread(target=_install)
    with transaction.atomic():
        execute("UPDATE orders_orderline SET quantity = 5")
        installed.start()
        _elsewhere("UPDATE orders_orderline SET quantity = quantity WHERE id < 0")
    installed.join(30)
    assert not installed.is_alive()
    assert drift("default") == []


def _until_somebody_waits() -> None:
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def _install() -> None:
    install("default")
    connection.close()


def _elsewhere(sql: str) -> None:
    """Run ``sql`` on a connection of its own, to its end."""

    def run() -> None:
        execute(sql)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
