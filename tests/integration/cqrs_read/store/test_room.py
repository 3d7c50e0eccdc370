"""A filled table leaves room for rows that change, unless somebody has decided about that."""

import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction

from cqrs_read.backfill import backfill
from cqrs_read.rebuild import rebuild
from cqrs_read.store.room import leave_room
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

TABLE = "orders_cqrs_ordersummary"


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def scalar(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def options() -> object:
    return scalar(f"SELECT reloptions FROM pg_class WHERE oid = '{TABLE}'::regclass")


@pytest.fixture(autouse=True)
def _undecided(transactional_db: None) -> Iterator[None]:
    execute(f"ALTER TABLE {TABLE} RESET (fillfactor, autovacuum_enabled)")
    yield
    execute(f"ALTER TABLE {TABLE} RESET (fillfactor, autovacuum_enabled)")


@pytest.fixture
def vacuumed() -> Iterator[None]:
    """As if a long VACUUM were at the table: it conflicts with nothing that a backfill needs for its rows."""
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: given[name] for name in names if given.get(name)}) as other:
        other.execute(f"LOCK TABLE {TABLE} IN SHARE UPDATE EXCLUSIVE MODE")
        yield
        other.rollback()


def test_a_backfill_leaves_room(shop: list[Order]) -> None:
    backfill(OrderSummary)
    assert options() == ["fillfactor=80"]


def test_other_options_stay(shop: list[Order]) -> None:
    execute(f"ALTER TABLE {TABLE} SET (autovacuum_enabled = off)")
    backfill(OrderSummary)
    assert options() == ["autovacuum_enabled=off", "fillfactor=80"]


@pytest.mark.parametrize("percent", [100, 55])
def test_what_somebody_has_decided_stays(percent: int, shop: list[Order]) -> None:
    execute(f"ALTER TABLE {TABLE} SET (fillfactor = {percent})")
    backfill(OrderSummary)
    assert options() == [f"fillfactor={percent}"]


def test_so_does_a_rebuild(filled: list[Order]) -> None:
    execute(f"ALTER TABLE {TABLE} RESET (fillfactor)")
    rebuild(OrderSummary, force=True)
    assert options() == ["fillfactor=80"]


def test_what_was_decided_outlives_a_rebuild(filled: list[Order]) -> None:
    execute(f"ALTER TABLE {TABLE} SET (fillfactor = 90)")
    rebuild(OrderSummary, force=True)
    assert options() == ["fillfactor=90"]


def test_a_table_that_is_being_vacuumed_is_filled_all_the_same(
    shop: list[Order], vacuumed: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "cqrs_read.store.room"):
        backfill(OrderSummary)
    assert read_model_answer() == legacy_answer()
    assert options() is None
    assert "without room for changes" in caplog.text


def test_a_role_that_may_not_alter_the_table_is_not_refused(shop: list[Order]) -> None:
    execute("CREATE ROLE cqrs_only_writes")
    try:
        with transaction.atomic():
            execute("SET LOCAL ROLE cqrs_only_writes")
            leave_room(OrderSummary)
    finally:
        execute("DROP ROLE cqrs_only_writes")
    assert options() is None


def test_later_waits_for_locks_are_not_cut_short(transactional_db: None) -> None:
    with transaction.atomic():
        before = scalar("SHOW lock_timeout")
        leave_room(OrderSummary)
        assert options() == ["fillfactor=80"]
        assert scalar("SHOW lock_timeout") == before
