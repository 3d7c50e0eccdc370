"""Triggers are kept in step with the plan, and drift is found."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_write.capture.drift import Drift, drift
from cqrs_write.capture.install import install, remove
from cqrs_write.capture.plan import capture_plan
from legacy_app.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _installed_afterwards() -> Any:
    yield
    install("default")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def capture(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("cqrs_capture", *arguments, stdout=out, **options)
    return out.getvalue()


def test_migrate_has_installed_everything() -> None:
    assert drift("default") == []
    assert "0 out of step" in capture("check")


def test_removed_triggers_are_drift_until_installed_again() -> None:
    remove("default")
    assert {item.kind for item in drift("default")} == {"missing"}
    with pytest.raises(SystemExit, match="1"):
        capture("check")
    assert "Captured: orders_order (was missing)" in capture("install")
    assert drift("default") == []
    assert "in place already" in capture("install")


def test_after_a_gap_everything_may_have_changed(order: Order, logged: Any) -> None:
    remove("default")
    Order.objects.update(note="unseen")
    with logged() as log:
        install("default")
    assert log.window.everything == {stream for table in capture_plan("default") for stream in table.streams}


def test_the_sql_is_shown_before_it_is_run() -> None:
    remove("default")
    assert "CREATE TRIGGER" in capture("sql")
    assert capture("install", "--dry-run") == capture("sql")
    assert drift("default")


def test_an_unknown_action_lists_the_known_ones() -> None:
    with pytest.raises(
        CommandError, match=r"Unknown action 'fly'. There are: check, install, remove, sql\."
    ) as error:
        capture("fly")
    assert error.value.returncode == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("how", ["DISABLE TRIGGER", "ENABLE REPLICA TRIGGER", "ENABLE TRIGGER"])
def test_a_trigger_that_does_not_always_fire_is_drift(how: str) -> None:
    execute(f"ALTER TABLE orders_order {how} cqrs_capture_update")
    assert drift("default") == [Drift(table="orders_order", kind="disabled")]
    install("default")
    assert drift("default") == []


@pytest.mark.postgresql
def test_a_function_of_another_plan_is_stale_and_replaced_without_a_lock(order: Order) -> None:
    execute("COMMENT ON FUNCTION " + _function() + "() IS 'older'")
    assert drift("default") == [Drift(table="orders_order", kind="stale")]
    (change,) = install("default")
    assert not any('ON "public"."orders_order"' in statement for statement in change.statements)
    assert drift("default") == []


@pytest.mark.sqlite
def test_a_table_that_django_remakes_is_captured_again_by_migrate(order: Order, logged: Any) -> None:
    execute("DROP TRIGGER cqrs_capture_update_orders_order")
    assert drift("default") == [Drift(table="orders_order", kind="missing")]
    call_command("migrate", verbosity=0)
    assert drift("default") == []


def _function() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgfoid::regproc::text FROM pg_trigger "
            "WHERE tgname = 'cqrs_capture_update' AND tgrelid = 'orders_order'::regclass"
        )
        return str(cursor.fetchone()[0])
