"""What changes values and fires no trigger is noticed, and what only looks like it raises no alarm."""

import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction

from cqrs_write.capture import plan
from cqrs_write.capture.drift import Drift, drift
from cqrs_write.capture.install import install
from cqrs_write.exceptions import CaptureError
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

STREAM = "cap_thing.id"


@pytest.fixture(autouse=True)
def _things(watch: Callable[..., None]) -> Iterator[None]:
    execute(
        "CREATE TABLE cap_thing (id integer PRIMARY KEY, name text, size varchar(20), price numeric(10,2), other text)"
    )
    execute("INSERT INTO cap_thing VALUES (1, 'a', 'b', 1.50, 'c')")
    watch("cap_thing", "id", columns="name size price")
    yield
    execute("DROP TABLE IF EXISTS cap_thing CASCADE")


RETYPES = {
    "to another type": "ALTER TABLE cap_thing ALTER name TYPE varchar(10) USING lower(name)",
    "to the same type with other values": "ALTER TABLE cap_thing ALTER name TYPE text USING upper(name)",
    "to fewer digits": "ALTER TABLE cap_thing ALTER price TYPE numeric(10,1)",
    "of the key": "ALTER TABLE cap_thing ALTER id TYPE bigint",
    "there and back": "ALTER TABLE cap_thing ALTER name TYPE varchar(1); ALTER TABLE cap_thing ALTER name TYPE text",
    "dropped and added": "ALTER TABLE cap_thing DROP name; ALTER TABLE cap_thing ADD name text DEFAULT 'new'",
    "swapped": "ALTER TABLE cap_thing RENAME name TO was; ALTER TABLE cap_thing RENAME other TO name",
    "in one transaction with others": "BEGIN; ALTER TABLE cap_thing ADD extra text; "
    "ALTER TABLE cap_thing ALTER size TYPE varchar(20) USING reverse(size); COMMIT",
    "and vacuumed afterwards": "ALTER TABLE cap_thing ALTER name TYPE text USING upper(name); VACUUM FULL cap_thing",
}
HARMLESS = {
    "vacuum full": "VACUUM FULL cap_thing",
    "cluster": "CLUSTER cap_thing USING cap_thing_pkey",
    "truncate": "TRUNCATE cap_thing",
    "unlogged and back": "ALTER TABLE cap_thing SET UNLOGGED; ALTER TABLE cap_thing SET LOGGED",
    "a new column that rewrites": "ALTER TABLE cap_thing ADD moment timestamptz DEFAULT clock_timestamp()",
    "an unwatched column retyped": "ALTER TABLE cap_thing ALTER other TYPE varchar(9) USING upper(other)",
    "an unwatched column dropped": "ALTER TABLE cap_thing DROP other",
    "statistics": "ANALYZE cap_thing; VACUUM FREEZE cap_thing; REINDEX TABLE cap_thing",
    "an index and a constraint": "CREATE INDEX cap_name ON cap_thing (name); "
    "ALTER TABLE cap_thing ADD CHECK (price > 0)",
    "a trigger": "CREATE TRIGGER cap_other BEFORE UPDATE ON cap_thing FOR EACH ROW "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
}
UNREWRITTEN = {
    "a longer varchar": "ALTER TABLE cap_thing ALTER size TYPE varchar(200)",
    "not null": "ALTER TABLE cap_thing ALTER name SET NOT NULL",
    "a default": "ALTER TABLE cap_thing ALTER name SET DEFAULT 'x'",
}


@pytest.mark.parametrize("name", RETYPES)
def test_a_rewritten_column_is_reported_and_everything_computed_anew(name: str, logged: Any) -> None:
    with logged() as silent:
        execute(RETYPES[name])
    assert not silent.window, "the database says nothing by itself"
    (found,) = drift("default")
    assert (found.table, found.kind, found.unseen) == ("cap_thing", "retyped", True)
    with logged() as log:
        (change,) = install("default")
    assert log.window.everything == {STREAM}
    assert not any(statement.startswith("CREATE TRIGGER") for statement in change.statements)
    assert drift("default") == []


@pytest.mark.parametrize("name", HARMLESS)
def test_no_alarm(name: str) -> None:
    execute(HARMLESS[name])
    assert drift("default") == []


@pytest.mark.parametrize("name", UNREWRITTEN)
def test_a_changed_column_whose_values_stay_is_looked_at_again_and_no_more(name: str, logged: Any) -> None:
    execute(UNREWRITTEN[name])
    assert drift("default") == [Drift(table="cap_thing", kind="stale")]
    with logged() as log:
        install("default")
    assert not log.window
    execute("VACUUM FULL cap_thing")
    assert drift("default") == []


def test_a_retyped_partition_is_found(watch: Callable[..., None], logged: Any) -> None:
    execute(
        "CREATE TABLE cap_part (id integer, name text) PARTITION BY LIST (id); "
        "CREATE TABLE cap_part_1 PARTITION OF cap_part FOR VALUES IN (1)"
    )
    watch("cap_part", "id", columns="name")
    execute(
        "INSERT INTO cap_part VALUES (1, 'a'); ALTER TABLE cap_part ALTER name TYPE text USING upper(name)"
    )
    # On the table itself nothing can be rewritten: it has no file.
    assert [(item.partition, item.kind) for item in drift("default")] == [
        ("", "stale"),
        ("cap_part_1", "retyped"),
    ]
    with logged() as log:
        install("default")
    assert log.window.everything == {"cap_part.id"}
    execute("DROP TABLE cap_part")


def test_what_is_remembered_is_never_newer_than_what_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column that is retyped between the look and the note is noticed by the next look."""
    execute("ALTER TABLE cap_thing ALTER name SET NOT NULL")
    module = import_module("cqrs_write.capture.install")
    run = module._run

    def too_late(using: str, change: Any) -> None:
        execute("ALTER TABLE cap_thing ALTER name TYPE text USING upper(name)")
        run(using, change)

    with monkeypatch.context() as patched:
        patched.setattr(module, "_run", too_late)
        install("default")
    assert drift("default") == [Drift(table="cap_thing", kind="retyped")]


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_is_refused_by_name_and_the_rest_is_captured(kind: str, watch: Callable[..., None]) -> None:
    execute(f"CREATE {kind} cap_view AS SELECT * FROM cap_thing")
    execute("ALTER TABLE cap_thing DISABLE TRIGGER cqrs_capture_insert")
    with pytest.raises(CaptureError, match="cap_view is a view or a foreign table") as error:
        watch("cap_view", "id")
    assert "\n" not in str(error.value)
    assert [(item.table, item.kind, item.unseen) for item in drift("default")] == [("cap_view", "view", True)]


def test_a_foreign_table_is_refused(watch: Callable[..., None]) -> None:
    execute("CREATE FOREIGN DATA WRAPPER cap_away; CREATE SERVER cap_away FOREIGN DATA WRAPPER cap_away")
    execute("CREATE FOREIGN TABLE cap_far (id integer) SERVER cap_away")
    with pytest.raises(CaptureError, match="cap_far is a view or a foreign table"):
        watch("cap_far", "id")
    execute("DROP FOREIGN DATA WRAPPER cap_away CASCADE")


def test_a_table_that_a_view_replaces_loses_its_triggers(logged: Any) -> None:
    execute("ALTER TABLE cap_thing RENAME TO cap_real; CREATE VIEW cap_thing AS SELECT * FROM cap_real")
    assert {(item.table, item.kind) for item in drift("default")} == {
        ("cap_thing", "view"),
        ("cap_real", "surplus"),
    }
    with pytest.raises(CaptureError, match="cap_thing is a view"):
        install("default")
    execute(
        "UPDATE cap_thing SET name = 'written through'; DROP VIEW cap_thing; ALTER TABLE cap_real RENAME TO cap_thing"
    )


def test_a_table_that_is_made_anew_under_the_same_name(logged: Any) -> None:
    execute("ALTER TABLE cap_thing RENAME TO cap_old; CREATE TABLE cap_thing (LIKE cap_old INCLUDING ALL)")
    assert {(item.table, item.kind) for item in drift("default")} == {
        ("cap_thing", "missing"),
        ("cap_old", "surplus"),
    }
    with logged() as log:
        install("default")
    assert log.window.everything == {STREAM}
    assert drift("default") == []
    execute("DROP TABLE cap_old")


def test_functions_without_a_table_are_surplus(monkeypatch: pytest.MonkeyPatch) -> None:
    execute("DROP TABLE cap_thing")
    monkeypatch.setattr(plan, "_sources", plan._sources[:-1])
    assert drift("default") == [Drift(table="dropped tables", kind="surplus")]
    install("default")
    assert (drift("default"), _functions()) == ([], 0)


def test_a_note_is_written_beside_running_writers() -> None:
    """What is stale is mended at once, while a transaction that wrote to the table stays open."""
    execute("ALTER TABLE cap_thing ALTER name SET DEFAULT 'x'")
    with transaction.atomic():
        execute("UPDATE cap_thing SET name = 'open'")
        _elsewhere()
    assert drift("default") == []


def _elsewhere() -> None:
    def run() -> None:
        install("default")
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def _functions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname ~ '^cqrs_[a-z]+_cap_thing_'")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("name", ["cap_elsewhere", '"cap_schema"."cap_elsewhere"'])
def test_a_table_of_another_schema_is_captured(name: str, watch: Any, logged: Any) -> None:
    """Whether a query finds it by the search path, or by a ``db_table`` that names the schema."""
    execute(
        "CREATE SCHEMA cap_schema; CREATE TABLE cap_schema.cap_elsewhere (id integer PRIMARY KEY, name text)"
    )
    try:
        if "." not in name:
            execute("SET search_path = public, cap_schema")
        watch(name, "id", columns="name")
        assert drift("default") == []
        with logged() as log:
            execute("INSERT INTO cap_schema.cap_elsewhere VALUES (7, 'a')")
            execute("UPDATE cap_schema.cap_elsewhere SET name = 'b'")
        assert log[f"{name}.id"] == {7}
        execute("ALTER TABLE cap_schema.cap_elsewhere DISABLE TRIGGER ALL")
        assert [(found.table, found.kind) for found in drift("default")] == [(name, "disabled")]
    finally:
        execute("DROP SCHEMA cap_schema CASCADE; RESET search_path")
