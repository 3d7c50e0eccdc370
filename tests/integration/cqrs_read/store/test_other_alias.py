"""A read model on another database than its source: rows stream over, and the position is stored there with them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.utils import load_backend
from psycopg import Cursor

from cqrs_read.backends.postgresql import incoming as postgresql
from cqrs_read.backfill import backfill
from cqrs_read.lag import status_of
from cqrs_read.models import BackfillRun, Backlog, ReadModelState
from cqrs_read.rebuild import rebuild
from cqrs_read.refresh import consume, refresh, work_off
from cqrs_read.refresh.attend import attend_all
from cqrs_read.standing import state, version
from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_read.store import incoming, rows
from cqrs_read.verify import differences, verify
from cqrs_read.verify.unconsumed import unconsumed
from legacy_app.customers.models import Customer
from legacy_app.orders import pricing
from legacy_app.orders.models import Category, Order, OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

ALIAS = "reporting"
OWN = (ReadModelState, BackfillRun, Backlog, OrderSummary)
CACHED = (
    version.next_version,
    differences._comparison,
    rows._upsert,
    rows._upsert_from,
    rows._delete,
    rows._delete_beyond,
)


class Router:
    """Read models are in the reporting database."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model is OrderSummary else None

    db_for_write = db_for_read


def on_postgresql() -> bool:
    return bool(os.environ.get("DATABASE_URL"))


@pytest.fixture(params=["like the source", pytest.param("SQLite", marks=pytest.mark.postgresql)])
def elsewhere(request: Any, transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[str]:
    """A second database, with what a read model needs there."""
    name = f"{connection.settings_dict['NAME']}_reporting"
    given = {**connection.settings_dict, "NAME": name}
    made = request.param == "like the source" and on_postgresql()
    if made:
        execute("default", f'CREATE DATABASE "{name}" TEMPLATE template0')
    else:
        options = {"transaction_mode": "IMMEDIATE"}
        engine = "django.db.backends.sqlite3"
        given |= {"ENGINE": engine, "NAME": str(tmp_path / "reporting.sqlite3"), "OPTIONS": options}
    # Not in the settings: a test may only connect to the databases that were there when it began.
    connections[ALIAS] = load_backend(given["ENGINE"]).DatabaseWrapper(given, ALIAS)
    settings.DATABASE_ROUTERS = [Router()]
    for cached in CACHED:
        cached.cache_clear()
    with connections[ALIAS].schema_editor() as editor:
        for model in OWN:
            editor.create_model(model)
    yield ALIAS
    connections[ALIAS].close()
    del connections[ALIAS]
    for cached in CACHED:
        cached.cache_clear()
    if made:
        execute("default", f'DROP DATABASE "{name}"')


def execute(alias: str, sql: str, *params: Any) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def filled_there(elsewhere: str, shop: list[Order]) -> list[Order]:
    backfill(OrderSummary)
    return shop


def there() -> ReadModelState:
    return ReadModelState.objects.using(ALIAS).get()


WRITES = {
    "the source": lambda: Order.objects.update(note="changed"),
    "a parent": lambda: Customer.objects.update(name="renamed"),
    "a child's parent's parent": lambda: Category.objects.update(name="renamed"),
    "rows that come": lambda: Order.objects.update(cancelled=False),
    "rows that go": lambda: Order.objects.first().delete(),  # type: ignore[union-attr]
    "lines that move": lambda: OrderLine.objects.update(order=Order.objects.first()),
    "the nightly price change": lambda: pricing.change_prices(10),
}


def test_a_backfill_fills_it_there(filled_there: list[Order]) -> None:
    assert OrderSummary.objects.using(ALIAS).count() == 4
    assert OrderSummary.objects.using("default").count() == 0
    assert read_model_answer() == legacy_answer()
    assert not ReadModelState.objects.using("default").exists()
    assert reason_not_to_serve(OrderSummary) == ""


@pytest.mark.postgresql
@pytest.mark.parametrize("elsewhere", ["like the source"], indirect=True)
def test_rows_between_two_postgresql_are_copied(
    elsewhere: str, shop: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, executed, stream, copy = [], [], postgresql.stream, Cursor.copy

    def copying(cursor: Any, statement: str) -> Any:
        copied.append(statement)
        return copy(cursor, statement)

    def executing(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        executed.append(sql)
        return execute(sql, params, many, context)

    def streaming(*arguments: Any) -> bool:
        assert stream(*arguments), "both are PostgreSQL"
        reading, writing = copied[-2:]
        assert reading.startswith("COPY (")
        assert reading.endswith("TO STDOUT")
        assert re.fullmatch(r'COPY "cqrs_incoming" \(.*\) FROM STDIN', writing)
        return True

    monkeypatch.setattr(postgresql, "stream", streaming)
    monkeypatch.setattr(Cursor, "copy", copying)
    with connections[ALIAS].execute_wrapper(executing):
        backfill(OrderSummary, chunk=3)
        Customer.objects.update(name="renamed")
        refresh(OrderSummary)
    assert len(copied) == 2 * 3, "of two chunks and a window"
    assert not [sql for sql in executed if re.match(r'INSERT INTO "?cqrs_incoming', sql)]
    assert read_model_answer() == legacy_answer()


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_refresh_after(write: Any, filled_there: list[Order]) -> None:
    write()
    refresh(OrderSummary)
    assert read_model_answer() == legacy_answer()
    assert refresh(OrderSummary).keys == 0


def test_only_what_differs_is_written(filled_there: list[Order]) -> None:
    Customer.objects.filter(name="ada").update(name="Ada")
    done = refresh(OrderSummary)
    assert (done.keys, done.rows.written) == (3, 2)


def test_whoever_follows_attends_to_it(filled_there: list[Order]) -> None:
    Customer.objects.update(name="renamed")
    assert attend_all([OrderSummary]) is True
    assert attend_all([OrderSummary]) is False
    assert read_model_answer() == legacy_answer()


def test_rows_and_position_are_in_one_transaction(filled_there: list[Order]) -> None:
    before = there().position
    Order.objects.update(note="changed")
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=ALIAS):
        consume(OrderSummary)
        raise ZeroDivisionError
    assert there().position == before
    assert not OrderSummary.objects.using(ALIAS).filter(note="changed").exists()
    refresh(OrderSummary)
    assert read_model_answer() == legacy_answer()


def test_a_backlog_is_carried_over_and_worked_off(filled_there: list[Order], settings: Any) -> None:
    settings.CQRS_READ = {"REFRESH_KEYS": 2}
    for order in filled_there:
        Order.objects.filter(pk=order.pk).update(note=f"note {order.pk}")
    Customer.objects.update(name="renamed")
    consume(OrderSummary)
    assert Backlog.objects.using(ALIAS).count() > 1
    keys = [str(order.pk) for order in filled_there]
    assert unconsumed(OrderSummary, keys) == set(keys)
    assert 0 < status_of(OrderSummary).lag_seconds < 300
    while work_off(OrderSummary) is not None:
        pass
    assert unconsumed(OrderSummary, keys) == set()
    assert read_model_answer() == legacy_answer()


def test_what_cannot_be_stored_is_parked_there(filled_there: list[Order]) -> None:
    execute(ALIAS, "CREATE UNIQUE INDEX one_note ON orders_cqrs_ordersummary (note) WHERE note <> ''")
    Order.objects.filter(pk__lte=filled_there[1].pk).update(note="twice")
    consume(OrderSummary)
    assert OrderSummary.objects.using(ALIAS).filter(note="twice").count() == 1
    assert Backlog.objects.using(ALIAS).get().kind == "parked"
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        rows.recompute(OrderSummary, [str(order.pk) for order in filled_there])
    Order.objects.update(note="")
    refresh(OrderSummary)
    assert not Backlog.objects.using(ALIAS).exists()
    assert read_model_answer() == legacy_answer()


def test_an_upsert_of_everything_is_a_repair(filled_there: list[Order]) -> None:
    execute(ALIAS, "DELETE FROM orders_cqrs_ordersummary")
    state.take_position(OrderSummary)
    backfill(OrderSummary)
    assert read_model_answer() == legacy_answer()
    assert incoming.INCOMING not in connections[ALIAS].introspection.table_names()


class TestVerified:
    @pytest.fixture
    def planted(self, filled_there: list[Order]) -> list[Order]:
        """One row wrong, one gone, one too many."""
        first, second, third, *_ = filled_there
        execute(ALIAS, "UPDATE orders_cqrs_ordersummary SET note = 'wrong' WHERE id = %s", first.pk)
        execute(ALIAS, "DELETE FROM orders_cqrs_ordersummary WHERE id = %s", second.pk)
        execute(ALIAS, "UPDATE orders_cqrs_ordersummary SET id = %s WHERE id = %s", third.pk + 100, third.pk)
        return filled_there

    def test_a_true_one_has_no_difference(self, filled_there: list[Order]) -> None:
        verified = verify(OrderSummary, chunk=2)
        assert (verified.rows, verified.found, verified.pending) == (5, 0, 0)

    def test_what_differs_is_found_and_mended(self, planted: list[Order]) -> None:
        verified = verify(OrderSummary, chunk=2, mend=True)
        kinds = sorted(item.kind for item in verified.differences)
        assert kinds == ["different", "missing", "missing", "surplus"]
        different = next(item for item in verified.differences if item.kind == "different")
        assert (different.columns, different.values) == (("note",), (("", "wrong"),))
        assert verified.remaining == 0
        assert read_model_answer() == legacy_answer()

    def test_what_is_not_consumed_yet_is_left_out(self, filled_there: list[Order]) -> None:
        Order.objects.update(note="not refreshed yet")
        verified = verify(OrderSummary)
        assert (verified.found, verified.pending) == (0, 4)

    def test_it_is_rebuilt_there(self, planted: list[Order]) -> None:
        assert rebuild(OrderSummary, force=True, chunk=2).swapped
        assert verify(OrderSummary).found == 0
        assert read_model_answer() == legacy_answer()
