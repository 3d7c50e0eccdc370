"""The trigger functions on PostgreSQL: one per table and operation, which log one row per stream and statement.

A legacy write must never fail because of them, so a function first looks for the change log and counts the
columns that it is about to name: the statement's own lock keeps them in place from then on. Where something is
missing, or where the transaction may see an older catalog than the statement does (any isolation but READ
COMMITTED), the same body runs under EXCEPTION and falls back to "everything". The plain path has no
subtransaction on purpose: more than 64 in one transaction make every other session's snapshots slow.

``jit`` is off inside: the plan that is cached by one huge statement would be compiled anew for each small one.
Partitions share the functions of their table: PL/pgSQL keeps a plan for each trigger that calls one.
"""

import hashlib

from cqrs_write.backends.postgresql import keys
from cqrs_write.backends.postgresql.catalog import Relation, literal, quoted
from cqrs_write.capture.table import CapturedTable, Watch

CHUNK = 5000
"""Keys in one change-log row, at most."""


def name_of(table: str, operation: str) -> str:
    """Unique per table within 63 bytes, and readable."""
    digest = hashlib.sha256(table.encode()).hexdigest()[:8]
    readable = table.encode()[:38].decode(errors="ignore")
    return f"cqrs_{operation}_{readable}_{digest}"


def digest(function: str) -> str:
    return hashlib.sha256(function.encode()).hexdigest()[:16]


def definition(table: CapturedTable, relation: Relation, operation: str) -> str:
    """The statement that makes the function; ``relation`` is the table as it stands."""
    name = f"{quoted(relation.home)}.{quoted(name_of(table.name, operation))}"
    body = _everything(table, relation) if operation == "truncate" else _guarded(table, relation, operation)
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp SET jit = off AS $cqrs$\nBEGIN\n{body}\nRETURN NULL;\nEND $cqrs$"
    )


def _everything(table: CapturedTable, relation: Relation) -> str:
    streams = ", ".join(literal(stream) for stream in table.streams)
    return f"PERFORM {quoted(relation.home)}.{quoted('cqrs_capture_everything')}(ARRAY[{streams}]);"


def _guarded(table: CapturedTable, relation: Relation, operation: str) -> str:
    columns = sorted(set[str]().union(*(_compared(watch, relation) for watch in table.watches)))
    # A dropped column loses its name, so the index on names alone answers.
    names = ", ".join(literal(column) for column in columns)
    log = "\n".join(_log(watch, relation, operation) for watch in table.watches)
    return (
        f"IF to_regclass({literal(_change_log(relation))}) IS NOT NULL AND\n"
        "   current_setting('transaction_isolation') = 'read committed' AND\n"
        "   (SELECT count(*) FROM pg_attribute WHERE attrelid = TG_RELID\n"
        f"    AND attname = ANY(ARRAY[{names}]::name[])) = {len(columns)} THEN\n{log}\n"
        f"ELSE\nBEGIN\n{log}\n"
        # That one is the transaction's own fate, with triggers or without: it ends in a rollback whatever is caught.
        "EXCEPTION WHEN serialization_failure THEN RAISE;\n"
        f"WHEN OTHERS THEN\n{_everything(table, relation)}\nEND;\nEND IF;"
    )


def _change_log(relation: Relation) -> str:
    return f"{quoted(relation.home)}.{quoted('cqrs_change_log')}"


def _log(watch: Watch, relation: Relation, operation: str) -> str:
    """Insert the changed keys of one stream: as one row, or in chunks where there are many.

    A statement over one row, the most frequent one, has a form of its own that needs no join and no aggregate.
    """
    changed = _changed_keys(watch, relation, operation)
    into = f"INSERT INTO {_change_log(relation)} (stream, keys) SELECT {literal(watch.stream)},"
    rows = _rows(operation)
    return (
        f"IF NOT EXISTS (SELECT FROM {rows} OFFSET 1) THEN\n"
        f"{into} {_only_keys(watch, relation, operation)};\n"
        f"ELSIF NOT EXISTS (SELECT FROM {rows} OFFSET {CHUNK}) THEN\n"
        f"{into} array_agg(k) FROM ({changed}) changed HAVING count(*) > 0;\n"
        f"ELSE\n{into} array_agg(k) FROM "
        f"(SELECT k, (row_number() OVER () - 1) / {CHUNK} AS chunk FROM ({changed}) changed) numbered GROUP BY chunk;\n"
        "END IF;"
    )


def _rows(operation: str) -> str:
    return "cqrs_old" if operation == "delete" else "cqrs_new"


def _only_keys(watch: Watch, relation: Relation, operation: str) -> str:
    """The array of changed keys, where the statement has one row or none."""
    if operation != "update":
        key = _key(watch, relation)
        return f"ARRAY[{key}] FROM {_rows(operation)} WHERE {key} IS NOT NULL"
    old, new = _key(watch, relation, "o."), _key(watch, relation, "n.")
    # Still a FULL JOIN: a BEFORE trigger can swallow the new half of a row that moves between partitions.
    return (
        f"CASE WHEN {old} = {new} THEN ARRAY[{new}] ELSE array_remove(ARRAY[{old}, {new}], NULL) END "
        f"{_joined(watch, relation, 'true')} AND coalesce({old}, {new}) IS NOT NULL"
    )


def _changed_keys(watch: Watch, relation: Relation, operation: str) -> str:
    one_row_each = set(watch.key) == set(relation.primary_key)
    distinct = "" if one_row_each else "DISTINCT "
    if operation != "update":
        key = _key(watch, relation)
        return f"SELECT {distinct}{key} AS k FROM {_rows(operation)} WHERE {key} IS NOT NULL"
    # A table without a primary key is joined by what is logged: each old row of a key with each new one.
    same = " AND ".join(_same(relation, column) for column in relation.primary_key or watch.key)
    joined = _joined(watch, relation, same)
    old, new = _key(watch, relation, "o."), _key(watch, relation, "n.")
    if one_row_each:
        # A row has one side only when its key was changed; then each side gives the key that it knows.
        return f"SELECT coalesce({new}, {old}) AS k {joined}"
    return (
        f"SELECT DISTINCT k FROM (SELECT unnest(ARRAY[{old}, {new}]) AS k {joined}) both_sides "
        "WHERE k IS NOT NULL"
    )


def _same(relation: Relation, column: str) -> str:
    """An extension's type has no equality under a bare search_path; its text always has."""
    known = relation.columns.get(column)
    cast = "" if known is None or known.builtin else "::text"
    return f"o.{quoted(column)}{cast} = n.{quoted(column)}{cast}"


def _key(watch: Watch, relation: Relation, side: str = "") -> str:
    """The key as text, of the row that the prefix ``side`` names."""
    return keys.text([f"{side}{quoted(column)}" for column in watch.key], _key_types(watch, relation))


def _key_types(watch: Watch, relation: Relation) -> list[str]:
    """The types of the key's columns; text for one that is not there (any more)."""
    found = (relation.columns.get(column) for column in watch.key)
    return [column.type if column else "text" for column in found]


def _compared(watch: Watch, relation: Relation) -> set[str]:
    """The columns whose change is logged.

    A virtual one is computed from others, of which any may have changed it; a trigger must not even name it.
    """
    named = {*relation.primary_key, *watch.key, *watch.columns}
    virtual = {name for name, column in relation.columns.items() if column.virtual}
    return named if named.isdisjoint(virtual) else (named | set(relation.columns)) - virtual


def has_safe_key(watch: Watch, relation: Relation) -> bool:
    """Whether a trigger can report the key, and a refresh find it again."""
    found = [relation.columns[column] for column in watch.key if column in relation.columns]
    return all(keys.is_safe(column.type) and not column.virtual for column in found)


def _joined(watch: Watch, relation: Relation, on: str) -> str:
    """Old and new rows whose watched columns differ; always FULL JOIN, whose cached plan fits any size.

    Records are compared by ``*<>``, which needs no equality operator of the columns' types.
    """
    columns = sorted(_compared(watch, relation))
    old, new = (", ".join(f"{side}.{quoted(column)}" for column in columns) for side in "on")
    return (
        f"FROM cqrs_old o FULL JOIN cqrs_new n ON {on} "
        f"WHERE ROW({old})::record OPERATOR(pg_catalog.*<>) ROW({new})::record"
    )
