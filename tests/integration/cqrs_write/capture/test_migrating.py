"""Triggers follow migrations, whatever way ``migrate`` is called."""

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, models
from django.db.migrations import Migration
from django.test import override_settings

from cqrs_write.capture.drift import drift
from cqrs_write.capture.install import install, remove
from legacy_app.orders.models import Order, OrderLine
from tests.conftest import Spawn
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _installed_afterwards() -> Iterator[None]:
    yield
    install("default")


def migrate(*arguments: str, **options: Any) -> None:
    call_command("migrate", *arguments, verbosity=0, **options)


def test_a_migration_that_is_faked_is_followed_too() -> None:
    remove("default")
    migrate("orders", fake=True)
    assert drift("default") == []


def test_it_says_what_reports_its_writes_from_now_on(capsys: pytest.CaptureFixture[str]) -> None:
    remove("default")
    call_command("migrate", verbosity=1)
    assert "  Capture: orders_order now reports its writes\n" in capsys.readouterr().out


def test_a_table_that_goes_and_comes_back(order: Order, logged: Any, watch: Callable[..., None]) -> None:
    """A legacy app is unmigrated, and migrated again; the tables of the others stay captured."""
    watch("rides_ride", "driver_id", columns="fare")
    migrate("rides", "zero")
    assert "rides_ride" not in connection.introspection.table_names()
    assert drift("default") == []
    with logged() as log:
        Order.objects.update(note="still seen")
    assert log["orders_order.id"] == {order.pk}
    migrate("rides")
    assert drift("default") == []
    with logged() as log:
        migrate("rides")
    assert not log.window


def test_a_captured_column_that_a_migration_renames(order: Order, logged: Any) -> None:
    """No write fails before the declaration is adapted: what may have changed is then everything.

    On SQLite triggers that name it would make the DDL fail as well: they are taken away before it.
    """
    renamed = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    renamed.set_attributes_from_name("rebate")
    renamed.model = OrderLine
    original, plan = OrderLine._meta.get_field("discount"), [(Migration("renamed", "orders"), False)]
    for old, new in ((original, renamed), (renamed, original)):
        emit_pre_migrate_signal(0, False, "default", plan=plan)
        with connection.schema_editor() as editor:
            editor.alter_field(OrderLine, old, new)
        emit_post_migrate_signal(0, False, "default", plan=plan)
        if new is renamed:
            with logged() as renamed_log:
                execute(f"UPDATE orders_orderline SET rebate = 1 WHERE order_id = {order.pk}")
    assert renamed_log.window.everything >= {"orders_orderline.order_id"}
    assert drift("default") == []
    with logged() as log:
        OrderLine.objects.update(discount=2)
    assert log["orders_orderline.order_id"] == {order.pk}


@override_settings(CQRS_WRITE={"CAPTURE": False})
def test_a_setting_switches_capture_off(order: Order, logged: Any) -> None:
    remove("default")
    migrate()
    assert {item.kind for item in drift("default")} == {"missing"}
    with logged() as log:
        Order.objects.update(note="unseen")
    assert not log.window


def test_a_database_without_the_toolkits_tables_is_left_alone(spawn: Spawn, tmp_path: Path) -> None:
    """As where a router keeps the toolkit's apps away."""
    (tmp_path / "two_databases.py").write_text(
        "from legacy_app.settings_cqrs import *\n"
        f"OTHER = {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': {str(tmp_path / 'other.sqlite3')!r}}}\n"
        "DATABASES = {**DATABASES, 'other': OTHER}\n"
        "DATABASE_ROUTERS = ['two_databases.OnlyTheMonolith']\n"
        "class OnlyTheMonolith:\n"
        "    def allow_migrate(self, db, app_label, **hints):\n"
        "        return False if db == 'other' and 'cqrs' in app_label else None\n"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "two_databases",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
    }
    process = spawn("manage.py", "migrate", "--database", "other", environment=environment)
    assert process.wait(120) == 0
    assert "Applying orders.0001_initial... OK" in process.output
    assert "Capture:" not in process.output
    checked = spawn(
        "manage.py", "check", "--database", "other", "--database", "default", environment=environment
    )
    assert checked.wait() == 0


def test_flush_is_reported_and_leaves_the_triggers(order: Order, logged: Any) -> None:
    key = order.pk
    with logged() as log:
        call_command("flush", verbosity=0, interactive=False)
    assert drift("default") == []
    assert "orders_order.id" in log.window.everything or log["orders_order.id"] == {key}


def test_what_cannot_be_captured_does_not_fail_migrate(
    watch: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    execute("CREATE VIEW cap_view AS SELECT id FROM orders_order")
    with pytest.raises(Exception, match="cap_view"):
        watch("cap_view", "id")
    migrate()
    assert "Capture: cap_view is a view" in capsys.readouterr().err
    execute("DROP VIEW cap_view")


@pytest.mark.postgresql
def test_a_table_that_stays_locked_does_not_fail_migrate(
    order: Order, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("cqrs_write.capture.unqueued"), "ATTEMPTS", 1)
    execute("ALTER TABLE orders_order DISABLE TRIGGER cqrs_capture_update")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE orders_order IN ROW EXCLUSIVE MODE")
            migrate()
    finally:
        other.close()
    assert "The table orders_order stayed locked" in capsys.readouterr().err
    assert {item.kind for item in drift("default")} == {"disabled"}
