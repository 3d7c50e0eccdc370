"""PostgreSQL triggers: statement-level, one per operation, one change-log row per stream and statement.

A legacy write must never fail because of them, so a function first looks for the change log and counts the
columns that it is about to name: the statement's own lock keeps them in place from then on. Where something is
missing, or where the transaction may see an older catalog than the statement does (any isolation but READ
COMMITTED), the same body runs under EXCEPTION and falls back to "everything". The plain path has no
subtransaction on purpose: more than 64 in one transaction make every other session's snapshots slow.

``jit`` is off inside: the plan that is cached by one huge statement would be compiled anew for each small one.
"""

import hashlib
import random
import time
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError

from cqrs_write.backends.postgresql import keys
from cqrs_write.backends.postgresql.changelog import qualified
from cqrs_write.capture.table import CapturedTable, Watch

CHUNK = 5000
"""Keys in one change-log row, at most."""

LOCK_TIMEOUT = "200ms"
BREAK_DDL = False
"""Whether a trigger that names a column makes dropping it fail. Function bodies are not looked into."""

OPERATIONS = ("insert", "update", "delete", "truncate")
TRANSITIONS = {
    "insert": "REFERENCING NEW TABLE AS cqrs_new",
    "update": "REFERENCING OLD TABLE AS cqrs_old NEW TABLE AS cqrs_new",
    "delete": "REFERENCING OLD TABLE AS cqrs_old",
    "truncate": "",
}


def trigger_name(operation: str) -> str:
    return f"cqrs_capture_{operation}"


def function_name(table: str, operation: str) -> str:
    """Unique per table within 63 bytes, and readable."""
    digest = hashlib.sha256(table.encode()).hexdigest()[:8]
    return f"cqrs_{operation}_{table[:40]}_{digest}"


def installed(cursor: Any) -> dict[str, dict[str, str]]:
    """Digest by trigger name by table; the digest of a trigger that does not always fire is ``disabled``."""
    cursor.execute(
        """
        SELECT c.relname, t.tgname, CASE WHEN t.tgenabled = 'A' THEN coalesce(d.description, '') ELSE 'disabled' END
        FROM pg_catalog.pg_trigger t
        JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
        LEFT JOIN pg_catalog.pg_description d ON d.objoid = t.tgfoid AND d.objsubid = 0
             AND d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass
        WHERE t.tgname LIKE 'cqrs\\_capture\\_%%' AND NOT t.tgisinternal
              AND c.relnamespace = current_schema()::pg_catalog.regnamespace
        """,
        [],
    )
    found: dict[str, dict[str, str]] = {}
    for table, trigger, digest in cursor.fetchall():
        found.setdefault(table, {})[trigger] = digest
    return found


def expected(cursor: Any, table: CapturedTable) -> dict[str, str]:
    """Digest by trigger name, as :func:`installed` reports it when all is well."""
    return {trigger_name(operation): _digest(_function(cursor, table, operation)) for operation in OPERATIONS}


def create(cursor: Any, table: CapturedTable, *, installed: bool) -> list[str]:
    """Statements that make the triggers; with ``installed`` only their functions, which locks no table."""
    statements = []
    for operation in OPERATIONS:
        function = _function(cursor, table, operation)
        name = qualified(cursor, function_name(table.name, operation))
        statements += [function, f"COMMENT ON FUNCTION {name}() IS '{_digest(function)}'"]
        if not installed:
            trigger, on = quoted(trigger_name(operation)), qualified(cursor, table.name)
            statements += [
                f"DROP TRIGGER IF EXISTS {trigger} ON {on}",
                f"CREATE TRIGGER {trigger} AFTER {operation.upper()} ON {on} {TRANSITIONS[operation]} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
                f"ALTER TABLE {on} ENABLE ALWAYS TRIGGER {trigger}",
            ]
    return statements


def drop(cursor: Any, table: str) -> list[str]:
    statements = []
    for operation in OPERATIONS:
        on = qualified(cursor, table)
        statements.append(f"DROP TRIGGER IF EXISTS {quoted(trigger_name(operation))} ON {on}")
        statements.append(f"DROP FUNCTION IF EXISTS {qualified(cursor, function_name(table, operation))}()")
    return statements


def limit_lock_wait(cursor: Any) -> None:
    """Give up soon: whoever waits for a table's lock makes every later writer wait too."""
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def is_lock_timeout(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "55P03"


def pause(attempt: int) -> None:
    """Let the writers that queued behind the last attempt pass."""
    time.sleep(min(2.0, 0.1 * attempt) * random.uniform(0.5, 1.5))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _digest(function: str) -> str:
    return hashlib.sha256(function.encode()).hexdigest()[:16]


def _function(cursor: Any, table: CapturedTable, operation: str) -> str:
    name = qualified(cursor, function_name(table.name, operation))
    body = _everything(cursor, table) if operation == "truncate" else _guarded(cursor, table, operation)
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp SET jit = off AS $cqrs$\nBEGIN\n{body}\nRETURN NULL;\nEND $cqrs$"
    )


def _everything(cursor: Any, table: CapturedTable) -> str:
    streams = ", ".join(literal(stream) for stream in table.streams)
    return f"PERFORM {qualified(cursor, 'cqrs_capture_everything')}(ARRAY[{streams}]);"


def _guarded(cursor: Any, table: CapturedTable, operation: str) -> str:
    primary_key = _primary_key(cursor, table.name)
    columns = sorted({*primary_key, *table.columns})
    # A dropped column loses its name, so the index on names alone answers.
    names = ", ".join(literal(column) for column in columns)
    log = "\n".join(_log(cursor, watch, operation, primary_key) for watch in table.watches)
    return (
        f"IF to_regclass({literal(qualified(cursor, 'cqrs_change_log'))}) IS NOT NULL AND\n"
        "   current_setting('transaction_isolation') = 'read committed' AND\n"
        "   (SELECT count(*) FROM pg_attribute WHERE attrelid = TG_RELID\n"
        f"    AND attname = ANY(ARRAY[{names}]::name[])) = {len(columns)} THEN\n{log}\n"
        f"ELSE\nBEGIN\n{log}\nEXCEPTION WHEN OTHERS THEN\n{_everything(cursor, table)}\nEND;\nEND IF;"
    )


def _log(cursor: Any, watch: Watch, operation: str, primary_key: tuple[str, ...]) -> str:
    """Insert the changed keys of one stream: as one row, or in chunks where there are many.

    A statement over one row, the most frequent one, has a form of its own that needs no join and no aggregate.
    """
    changed = _changed_keys(cursor, watch, operation, primary_key)
    into = (
        f"INSERT INTO {qualified(cursor, 'cqrs_change_log')} (stream, keys) SELECT {literal(watch.stream)},"
    )
    rows = _rows(operation)
    return (
        f"IF NOT EXISTS (SELECT FROM {rows} OFFSET 1) THEN\n"
        f"{into} {_only_keys(cursor, watch, operation, primary_key)};\n"
        f"ELSIF NOT EXISTS (SELECT FROM {rows} OFFSET {CHUNK}) THEN\n"
        f"{into} array_agg(k) FROM ({changed}) changed HAVING count(*) > 0;\n"
        f"ELSE\n{into} array_agg(k) FROM "
        f"(SELECT k, (row_number() OVER () - 1) / {CHUNK} AS chunk FROM ({changed}) changed) numbered GROUP BY chunk;\n"
        "END IF;"
    )


def _rows(operation: str) -> str:
    return "cqrs_old" if operation == "delete" else "cqrs_new"


def _only_keys(cursor: Any, watch: Watch, operation: str, primary_key: tuple[str, ...]) -> str:
    """The array of changed keys, where the statement has one row or none."""
    if operation != "update":
        key = _key(cursor, watch)
        return f"ARRAY[{key}] FROM {_rows(operation)} WHERE {key} IS NOT NULL"
    old, new = _key(cursor, watch, "o."), _key(cursor, watch, "n.")
    # Still a FULL JOIN: a BEFORE trigger can swallow the new half of a row that moves between partitions.
    return (
        f"CASE WHEN {old} = {new} THEN ARRAY[{new}] ELSE array_remove(ARRAY[{old}, {new}], NULL) END "
        f"{_joined(watch, primary_key, 'true')} AND coalesce({old}, {new}) IS NOT NULL"
    )


def _changed_keys(cursor: Any, watch: Watch, operation: str, primary_key: tuple[str, ...]) -> str:
    distinct = "" if watch.key == primary_key else "DISTINCT "
    if operation != "update":
        key = _key(cursor, watch)
        return f"SELECT {distinct}{key} AS k FROM {_rows(operation)} WHERE {key} IS NOT NULL"
    on = " AND ".join(f"o.{quoted(column)} = n.{quoted(column)}" for column in primary_key)
    joined = _joined(watch, primary_key, on)
    old, new = _key(cursor, watch, "o."), _key(cursor, watch, "n.")
    if watch.key == primary_key:
        # A row has one side only when its key was changed; then each side gives the key that it knows.
        return f"SELECT coalesce({new}, {old}) AS k {joined}"
    return (
        f"SELECT DISTINCT k FROM (SELECT unnest(ARRAY[{old}, {new}]) AS k {joined}) both_sides "
        "WHERE k IS NOT NULL"
    )


def _key(cursor: Any, watch: Watch, side: str = "") -> str:
    """The key as text, of the row that the prefix ``side`` names."""
    types = [keys.column_type(cursor, watch.table, column) for column in watch.key]
    return keys.text([f"{side}{quoted(column)}" for column in watch.key], types)


def _joined(watch: Watch, primary_key: tuple[str, ...], on: str) -> str:
    """Old and new rows whose watched columns differ; always FULL JOIN, whose cached plan fits any size.

    Records are compared by ``*<>``, which needs no equality operator of the columns' types.
    """
    columns = sorted({*primary_key, *watch.key, *watch.columns})
    old, new = (", ".join(f"{side}.{quoted(column)}" for column in columns) for side in "on")
    return (
        f"FROM cqrs_old o FULL JOIN cqrs_new n ON {on} "
        f"WHERE ROW({old})::record OPERATOR(pg_catalog.*<>) ROW({new})::record"
    )


def _primary_key(cursor: Any, table: str) -> tuple[str, ...]:
    cursor.execute(
        """
        SELECT a.attname FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
        WHERE i.indrelid = pg_catalog.to_regclass(%s) AND i.indisprimary ORDER BY a.attnum
        """,
        [qualified(cursor, table)],
    )
    return _columns(cursor.fetchall())


def _columns(rows: Iterable[tuple[str]]) -> tuple[str, ...]:
    return tuple(name for (name,) in rows)
