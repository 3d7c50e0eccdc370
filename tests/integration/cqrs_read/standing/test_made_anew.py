"""A table that was made anew has none of the rows of the old one: it is not served before it is filled."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from cqrs_read.backfill import backfill
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.refresh import refresh
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.standing.state import state_of
from cqrs_read.verify import verify
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "orders_cqrs_ordersummary"
FILL = "Run: manage.py cqrs_backfill orders_cqrs.OrderSummary"


@pytest.fixture(autouse=True)
def _migrated_afterwards() -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def served() -> str:
    forget()
    return reason_not_to_serve(OrderSummary)


def make_anew() -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(OrderSummary)
        editor.create_model(OrderSummary)


def test_a_table_that_migrations_drop_and_make_is_empty_until_it_is_filled(
    filled: list[Order], capsys: pytest.CaptureFixture[str]
) -> None:
    backfill(CustomerCard)
    call_command("migrate", "orders_cqrs", "zero", verbosity=0)
    assert served().endswith(f"has not been backfilled. {FILL}")
    call_command("migrate", verbosity=0)
    assert served().endswith(f"has not been backfilled. {FILL}")
    assert state_of(CustomerCard).ready_at is not None
    backfill(OrderSummary)
    assert not served()
    assert read_model_answer() == legacy_answer()


def test_a_table_that_one_run_of_migrate_makes_anew_starts_from_nothing(
    filled: list[Order], capsys: pytest.CaptureFixture[str]
) -> None:
    from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal

    Backlog.objects.create(read_model="orders_cqrs.OrderSummary", keys=["1"])
    emit_pre_migrate_signal(0, False, "default", plan=[])
    make_anew()
    emit_post_migrate_signal(1, False, "default", plan=[])
    assert f"orders_cqrs.OrderSummary has a new table. {FILL}" in capsys.readouterr().out
    assert served().endswith(f"has not been backfilled. {FILL}")
    assert not Backlog.objects.exists()


def test_a_migration_that_leaves_the_table_alone_changes_nothing(filled: list[Order]) -> None:
    ReadModelState.objects.update(table_id="")
    call_command("migrate", verbosity=0)
    call_command("migrate", "rides_cqrs", "zero", verbosity=0)
    assert not served()
    assert state_of(OrderSummary).table_id


def test_a_read_model_of_no_source_rows_stays_ready(transactional_db: None) -> None:
    backfill(OrderSummary)
    call_command("migrate", verbosity=0)
    assert not served()


@pytest.mark.postgresql
def test_a_table_that_a_person_makes_anew_is_not_served(filled: list[Order]) -> None:
    make_anew()
    assert served().endswith(f"its table was made anew since it was filled. {FILL}")
    Order.objects.update(note="changed")
    refresh(OrderSummary)
    assert served().endswith(FILL)
    backfill(OrderSummary)
    assert not served()
    assert read_model_answer() == legacy_answer()


@pytest.mark.postgresql
def test_a_run_does_not_go_on_in_another_table(filled: list[Order]) -> None:
    backfill(OrderSummary, chunk=2, stopped=_after(1))
    make_anew()
    backfill(OrderSummary)
    assert not verify(OrderSummary).found
    assert not served()


def test_a_table_that_is_gone_is_not_served(filled: list[Order]) -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(OrderSummary)
    try:
        assert served().endswith(f"has no table '{TABLE}' yet. Run: manage.py migrate")
    finally:
        with connection.schema_editor() as editor:
            editor.create_model(OrderSummary)


def _after(chunks: int) -> Any:
    asked = iter(range(chunks + 1))
    return lambda: next(asked) == chunks
