"""SQLite triggers: row-level, one change-log row per changed record and stream."""

import hashlib
import re
from typing import Any

from django.db import OperationalError

from cqrs_write.backends.sqlite import keys
from cqrs_write.capture.table import CapturedTable, Watch

BREAK_DDL = True
"""Whether a trigger that names a column makes dropping it fail."""

OPERATIONS = ("insert", "update", "delete", "replace")


def trigger_name(table: str, operation: str) -> str:
    """Unique in the database: SQLite has one namespace for all triggers."""
    return f"cqrs_capture_{operation}_{table}"


def installed(cursor: Any) -> dict[str, dict[str, str]]:
    cursor.execute(
        "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'cqrs_capture_%%'",
        [],
    )
    found: dict[str, dict[str, str]] = {}
    for table, name, sql in cursor.fetchall():
        found.setdefault(table, {})[name] = _digest(sql)
    return found


def expected(cursor: Any, table: CapturedTable) -> dict[str, str]:
    return {
        trigger_name(table.name, operation): _digest(_trigger(cursor, table, operation))
        for operation in OPERATIONS
    }


def create(cursor: Any, table: CapturedTable, *, installed: bool) -> list[str]:
    return [*drop(cursor, table.name), *(_trigger(cursor, table, operation) for operation in OPERATIONS)]


def drop(cursor: Any, table: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {quoted(trigger_name(table, operation))}" for operation in OPERATIONS]


def limit_lock_wait(cursor: Any) -> None:
    """One writer at a time, and DDL is a write: the connection's own timeout holds."""


def is_lock_timeout(error: OperationalError) -> bool:
    return False


def pause(attempt: int) -> None:
    """Never asked for: :func:`is_lock_timeout` is always false."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _digest(sql: str) -> str:
    """SQLite rewrites blanks when a table is renamed; they carry no meaning here."""
    return hashlib.sha256(re.sub(r"\s+", " ", sql).strip().encode()).hexdigest()[:16]


def _trigger(cursor: Any, table: CapturedTable, operation: str) -> str:
    moment = "BEFORE INSERT" if operation == "replace" else f"AFTER {operation.upper()}"
    log = "\n".join(_log(cursor, watch, operation) for watch in table.watches)
    name, on = quoted(trigger_name(table.name, operation)), quoted(table.name)
    return f"CREATE TRIGGER {name} {moment} ON {on} FOR EACH ROW BEGIN\n{log}\nEND"


def _log(cursor: Any, watch: Watch, operation: str) -> str:
    stream, into = literal(watch.stream), "INSERT INTO cqrs_change_log (stream, key)"
    if operation == "replace":
        return _replaced(cursor, watch, into)
    if operation == "update":
        columns = sorted({*watch.key, *watch.columns, *_primary_key(cursor, watch.table)})
        changed = " OR ".join(f"OLD.{quoted(c)} IS NOT NEW.{quoted(c)}" for c in columns)
        return (
            f"{into} SELECT {stream}, k FROM (SELECT {_key(watch, 'OLD')} AS k UNION SELECT {_key(watch, 'NEW')}) "
            f"WHERE k IS NOT NULL AND ({changed});"
        )
    key = _key(watch, "OLD" if operation == "delete" else "NEW")
    return f"{into} SELECT {stream}, {key} WHERE {key} IS NOT NULL;"


def _replaced(cursor: Any, watch: Watch, into: str) -> str:
    """INSERT OR REPLACE fires no delete trigger: log what a unique key of the new row will push out."""
    key, table = _key(watch, quoted(watch.table)), quoted(watch.table)
    clash = " OR ".join(
        "(" + " AND ".join(f"{table}.{quoted(c)} = NEW.{quoted(c)}" for c in columns) + ")"
        for columns in _unique_keys(cursor, watch.table)
    )
    return f"{into} SELECT {literal(watch.stream)}, {key} FROM {table} WHERE {key} IS NOT NULL AND ({clash});"


def _key(watch: Watch, row: str) -> str:
    """The key of ``row`` as text."""
    return keys.text([f"{row}.{quoted(column)}" for column in watch.key], [""] * len(watch.key))


def _primary_key(cursor: Any, table: str) -> tuple[str, ...]:
    cursor.execute(f"PRAGMA table_info({quoted(table)})")
    return tuple(row[1] for row in sorted(cursor.fetchall(), key=lambda row: row[5]) if row[5])


def _unique_keys(cursor: Any, table: str) -> list[tuple[str, ...]]:
    found = {_primary_key(cursor, table)} - {()}
    cursor.execute(f"PRAGMA index_list({quoted(table)})")
    unique = [row[1] for row in cursor.fetchall() if row[2]]
    for index in unique:
        cursor.execute(f"PRAGMA index_info({quoted(index)})")
        columns = tuple(row[2] for row in cursor.fetchall())
        if None not in columns:
            found.add(columns)
    return sorted(found)
