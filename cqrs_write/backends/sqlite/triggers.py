"""SQLite triggers: row-level, one change-log row per changed record and stream."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cqrs_write.backends.sqlite import keys
from cqrs_write.capture.relation import Relation
from cqrs_write.capture.table import CapturedTable, Watch

BREAK_DDL = True
"""Whether a trigger that names a column makes dropping it fail."""

OPERATIONS = ("insert", "update", "delete", "replace")


def trigger_name(table: str, operation: str) -> str:
    """Unique in the database: SQLite has one namespace for all triggers."""
    return f"cqrs_capture_{operation}_{table}"


def relations(cursor: Any, tables: Sequence[CapturedTable]) -> list[Relation]:
    """Every existing one of ``tables``, compared with the plan; then other tables that carry triggers of ours."""
    cursor.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')", [])
    types, there = dict(cursor.fetchall()), _installed(cursor)
    compared = [
        Relation(
            table=table.name,
            on=quoted(table.name),
            drift=_drift(cursor, table, types[table.name], there.get(table.name, {})),
            carries=table.name in there,
        )
        for table in tables
        if table.name in types
    ]
    surplus = sorted(set(there) - {table.name for table in tables})
    return [
        *compared,
        *(Relation(table=table, on=quoted(table), drift="surplus", carries=True) for table in surplus),
    ]


def create(cursor: Any, table: CapturedTable, relation: Relation) -> list[str]:
    return [
        *drop(cursor, relation),
        *(_trigger(cursor, table, operation) for operation in OPERATIONS),
    ]


def drop(cursor: Any, relation: Relation) -> list[str]:
    """By the names that are there: a renamed table keeps its triggers under their old ones."""
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE 'cqrs_capture_%%'",
        [relation.table],
    )
    return [f"DROP TRIGGER IF EXISTS {quoted(name)}" for (name,) in sorted(cursor.fetchall())]


def _installed(cursor: Any) -> dict[str, dict[str, str]]:
    """Digest by trigger by table."""
    cursor.execute(
        "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'cqrs_capture_%%'",
        [],
    )
    found: dict[str, dict[str, str]] = {}
    for table, name, sql in cursor.fetchall():
        found.setdefault(table, {})[name] = _digest(sql)
    return found


def _drift(cursor: Any, table: CapturedTable, type_: str, there: Mapping[str, str]) -> str:
    """A table keeps its triggers' columns unchanged, or Django has remade it and they are gone: never retyped."""
    if type_ == "view":
        return "view"
    types = _types(cursor, table.name)
    if not all(keys.is_safe(types.get(column, "")) for watch in table.watches for column in watch.key):
        return "key"
    expected = {
        trigger_name(table.name, operation): _digest(_trigger(cursor, table, operation))
        for operation in OPERATIONS
    }
    if set(expected) - set(there):
        return "missing"
    return "stale" if expected != there else ""


def _types(cursor: Any, table: str) -> dict[str, str]:
    cursor.execute(f"PRAGMA table_xinfo({quoted(table)})")  # with generated columns
    return {row[1]: row[2] for row in cursor.fetchall()}


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
    if {*watch.key, *watch.columns} - set(_types(cursor, watch.table)):
        # Renamed or dropped by a migration, and the declaration is not adapted yet: naming it would fail the write.
        return f"{into} VALUES ({stream}, NULL);"
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
    return f"{into} SELECT {literal(watch.stream)}, {key} FROM {table} WHERE {key} IS NOT NULL AND ({clash or 0});"


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
