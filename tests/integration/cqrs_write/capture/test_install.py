"""Triggers are kept in step with the plan, and drift is found."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_write.capture.drift import Drift, drift
from cqrs_write.capture.install import install, remove
from cqrs_write.capture.plan import capture_plan
from cqrs_write.exceptions import CaptureError
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
        CommandError, match=r"Unknown action 'fly'. There are: check, images, install, remove, sql\."
    ) as error:
        capture("fly")
    assert error.value.returncode == 2


def test_an_unknown_database_lists_the_known_ones() -> None:
    with pytest.raises(CommandError, match=r"Unknown database 'nope'. There are: .*default") as error:
        capture("check", "--database", "nope")
    assert error.value.returncode == 2


def test_before_migrate_every_action_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    execute("ALTER TABLE cqrs_change_log RENAME TO cqrs_hidden")
    try:
        for action in ("check", "install"):
            with pytest.raises(CommandError, match=r"has no change log\. Run: manage\.py migrate") as error:
                capture(action)
            assert error.value.returncode == 2
    finally:
        execute("ALTER TABLE cqrs_hidden RENAME TO cqrs_change_log")


def test_drift_and_changes_as_json() -> None:
    assert json.loads(capture("check", "--json"))["drift"] == []
    (removed, *_) = json.loads(capture("remove", "--dry-run", "--json"))
    assert removed["statements"][0].startswith("DROP TRIGGER")
    assert drift("default") == []
    remove("default")
    planned = json.loads(capture("sql", "--json"))
    assert {change["kind"] for change in planned} == {"missing"}
    assert "orders_order.id" in {stream for change in planned for stream in change["everything"]}


def test_a_view_is_refused_in_one_line(watch: Any) -> None:
    execute("CREATE VIEW cap_view AS SELECT id, note FROM orders_order")
    with pytest.raises(CaptureError, match="cap_view is a view"):
        watch("cap_view", "id", columns="note")
    with pytest.raises(
        CommandError, match=r"cap_view is a view .* declare the read model over the tables"
    ) as error:
        capture("install")
    assert error.value.returncode == 2
    execute("DROP VIEW cap_view")


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
    assert not any(statement.startswith(("CREATE TRIGGER", "ALTER TABLE")) for statement in change.statements)
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
