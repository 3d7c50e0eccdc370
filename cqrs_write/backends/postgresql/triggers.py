"""PostgreSQL triggers: statement-level, one per operation, on every captured table and each of its partitions.

A statement fires the triggers of the relation that it names: those of a partitioned table see the rows of all its
partitions, and a statement on a partition fires that partition's alone. So each carries them, and none logs twice.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from cqrs_write.backends.postgresql import catalog, function, memory
from cqrs_write.backends.postgresql.catalog import CARRIERS, literal, quoted
from cqrs_write.capture.relation import Relation
from cqrs_write.capture.table import CapturedTable

BREAK_DDL = False
"""Whether a trigger that names a column makes dropping it fail. Function bodies are not looked into."""

OPERATIONS = ("insert", "update", "delete", "truncate")
TRANSITIONS = {
    "insert": "REFERENCING NEW TABLE AS cqrs_new",
    "update": "REFERENCING OLD TABLE AS cqrs_old NEW TABLE AS cqrs_new",
    "delete": "REFERENCING OLD TABLE AS cqrs_old",
    "truncate": "",
}
REMEMBERS = "cqrs_capture_update"
"""The trigger whose comment keeps what the table looked like when it was last found to be in order."""

DROPPED = "dropped tables"
"""What stands for tables that are gone and have left their functions."""


def trigger_name(operation: str) -> str:
    return f"cqrs_capture_{operation}"


def relations(cursor: Any, tables: Sequence[CapturedTable]) -> list[Relation]:
    """Every existing one of ``tables``, each followed by its partitions, compared with the plan; then the surplus."""
    planned = {table.name: table for table in tables}
    there = catalog.relations(cursor, list(planned)) if planned else []
    trees: dict[str, list[catalog.Relation]] = {}
    for found in there:
        trees.setdefault(found.root, []).append(found)
    compared = [
        relation for name, tree in trees.items() for relation in _compared(cursor, planned[name], tree)
    ]
    return [*compared, *_surplus(cursor, list(planned), {found.quoted for found in there})]


def _compared(cursor: Any, table: CapturedTable, tree: Sequence[catalog.Relation]) -> Iterator[Relation]:
    """The relations of one table; its first is the table itself."""
    root = tree[0]
    # Inserting through a table with a foreign partition fails once transition tables are asked for.
    if any(found.kind not in CARRIERS for found in tree):
        yield Relation(table=table.name, on=root.quoted, drift="view", carries=bool(root.triggers))
        return
    for found in tree:
        drift = _drift(table, found, root)
        partition = "" if found is root else _displayed(found, root)
        yield Relation(
            table=table.name,
            on=found.quoted,
            partition=partition,
            drift=drift,
            carries=bool(found.triggers),
            untouched=bool(partition) and drift == "missing" and catalog.is_empty(cursor, found),
            found=(found, root),
        )


def _surplus(cursor: Any, planned: Sequence[str], known: Collection[str]) -> list[Relation]:
    """Relations with triggers of ours that are none of ``known``, and functions of ours that no trigger calls."""
    found = [
        Relation(table=name, on=on, drift="surplus", carries=True)
        for name, on in catalog.with_triggers(cursor)
        if on not in known
    ]
    called = [name for table in [*planned, *(one.table for one in found)] for name in _functions(table)]
    left = catalog.unused_functions(cursor, called)
    return (
        [*found, Relation(table=DROPPED, on="", drift="surplus", carries=True, found=left)] if left else found
    )


def _displayed(found: catalog.Relation, root: catalog.Relation) -> str:
    return found.name if found.schema == root.schema else f"{found.schema}.{found.name}"


def _drift(table: CapturedTable, found: catalog.Relation, root: catalog.Relation) -> str:
    if not all(function.has_safe_key(watch, root) for watch in table.watches):
        return "key"
    calls = {name: trigger.function for name, trigger in found.triggers.items()}
    if calls != {
        trigger_name(operation): function.name_of(table.name, operation) for operation in OPERATIONS
    }:
        return "missing"
    if not all(trigger.always for trigger in found.triggers.values()):
        return "disabled"
    remembered = found.triggers[REMEMBERS].seen
    if memory.tells_of_rewrite(remembered, found):
        return "retyped"
    if found is root and not _are_current(table, root):
        return "stale"
    return "" if memory.is_current(remembered, table, found) else "stale"


def _are_current(table: CapturedTable, root: catalog.Relation) -> bool:
    return all(
        root.triggers[trigger_name(operation)].digest
        == function.digest(function.definition(table, root, operation))
        for operation in OPERATIONS
    )


def create(cursor: Any, table: CapturedTable, relation: Relation) -> list[str]:
    """Statements that mend ``relation``; where its triggers are there, only their functions, which locks no table.

    What is remembered of the table is what was compared, not what is there by now: a column that is retyped in
    between must still be noticed.
    """
    found, root = relation.found
    statements = []
    for operation in OPERATIONS:
        trigger = quoted(trigger_name(operation))
        call = f"{quoted(root.home)}.{quoted(function.name_of(table.name, operation))}()"
        if found is root:
            body = function.definition(table, root, operation)
            statements += [body, f"COMMENT ON FUNCTION {call} IS {literal(function.digest(body))}"]
        if relation.drift in ("missing", "disabled"):
            statements += [
                f"DROP TRIGGER IF EXISTS {trigger} ON {relation.on}",
                f"CREATE TRIGGER {trigger} AFTER {operation.upper()} ON {relation.on} {TRANSITIONS[operation]} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {call}",
                f"ALTER TABLE ONLY {relation.on} ENABLE ALWAYS TRIGGER {trigger}",
            ]
    comment = literal(memory.of(table, found))
    return [*statements, f"COMMENT ON TRIGGER {quoted(REMEMBERS)} ON {relation.on} IS {comment}"]


def drop(cursor: Any, relation: Relation) -> list[str]:
    """Statements that take the triggers of ``relation`` away, and those of its partitions."""
    schema, functions = quoted(catalog.current_schema(cursor)), _functions(relation.table)
    if relation.table == DROPPED:
        functions, used = relation.found, []
    else:
        used = [(relation.on, trigger_name(operation)) for operation in OPERATIONS]
        used += catalog.users(cursor, functions)
    return [
        *(f"DROP TRIGGER IF EXISTS {quoted(trigger)} ON {on}" for on, trigger in dict.fromkeys(used)),
        *(f"DROP FUNCTION IF EXISTS {schema}.{quoted(name)}()" for name in functions),
    ]


def _functions(table: str) -> list[str]:
    return [function.name_of(table, operation) for operation in OPERATIONS]
