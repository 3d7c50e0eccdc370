"""Image triggers on PostgreSQL: what a row was and is, told to the connection that writes it.

They are dormant: a row-level trigger whose condition is false queues nothing. A transaction that sets
``cqrs.rehearsal`` to ``on`` for itself arms them; then each row comes as a message at level INFO, which every client
gets and the server's log does not, with JSON as its detail. Messages outlive rollbacks and need no table.

The function runs with the writer's own rights, and its ``search_path``: it touches no table, and so needs none of the
owner's. Whatever fails in it becomes part of the message; the subtransaction that this takes writes nothing, and so
gets no number.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from cqrs_write.backends.postgresql import catalog
from cqrs_write.backends.postgresql.catalog import literal, quoted

MESSAGE = "cqrs.image"
"""What the messages say; all the rest is in their detail."""

FUNCTION = "cqrs_image"
WHEN = "WHEN (pg_catalog.current_setting('cqrs.rehearsal', true) OPERATOR(pg_catalog.=) 'on')"
TRIGGERS = {
    "cqrs_image_row": f"AFTER INSERT OR UPDATE OR DELETE ON {{table}} FOR EACH ROW {WHEN}",
    "cqrs_image_truncate": f"AFTER TRUNCATE ON {{table}} FOR EACH STATEMENT {WHEN}",
}
"""By name. Those of a partitioned table are cloned to its partitions by the database itself."""

BODY = f"""
DECLARE image text;
BEGIN
BEGIN
image := pg_catalog.json_build_object('table', coalesce(
    pg_catalog.pg_partition_root(TG_RELID), TG_RELID::pg_catalog.regclass)::text, 'operation', TG_OP,
    'old', pg_catalog.row_to_json(OLD), 'new', pg_catalog.row_to_json(NEW))::text;
EXCEPTION WHEN OTHERS THEN
image := pg_catalog.json_build_object('table', TG_RELID::pg_catalog.regclass::text,
    'operation', TG_OP, 'failure', SQLERRM)::text;
END;
RAISE INFO USING MESSAGE = {literal(MESSAGE)}, DETAIL = image;
RETURN NULL;
END """

# A table's triggers are in order if both are there, fire, and call the function as it is written here.
STATES = """
SELECT listed.name, c.relkind, (
    SELECT count(*) FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
    WHERE g.tgrelid = c.oid AND g.tgname = ANY (%s) AND g.tgenabled IN ('O', 'A')
          AND pg_catalog.obj_description(p.oid, 'pg_proc') = %s)
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS listed(name, quoted, place)
LEFT JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(listed.quoted) AND c.relpersistence <> 't'
ORDER BY listed.place
"""

CARRYING = """
SELECT DISTINCT c.relname, n.nspname FROM pg_catalog.pg_trigger g
JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE g.tgname = ANY (%s) AND NOT c.relispartition ORDER BY 1, 2
"""


def digest() -> str:
    """What the function's comment says, as long as it is the one of this version."""
    return hashlib.sha256(BODY.encode()).hexdigest()[:16]


def states(cursor: Any, tables: Sequence[str]) -> dict[str, str]:
    """By table: ``installed``, ``missing``, ``absent`` (no table, or a temporary one) or ``view`` (it carries none)."""
    names = list(TRIGGERS)
    cursor.execute(STATES, [names, digest(), list(tables), [cursor.db.ops.quote_name(t) for t in tables]])
    return {name: _state(kind, in_order) for name, kind, in_order in cursor.fetchall()}


def _state(kind: str | None, in_order: int) -> str:
    if kind is None:
        return "absent"
    if kind not in catalog.CARRIERS:
        return "view"
    return "installed" if in_order == len(TRIGGERS) else "missing"


def carrying(cursor: Any) -> list[tuple[str, str]]:
    """Name and quoted name of every table with an image trigger, partitions aside."""
    cursor.execute(CARRYING, [list(TRIGGERS)])
    return [(name, f"{quoted(schema)}.{quoted(name)}") for name, schema in cursor.fetchall()]


def create(cursor: Any, table: str) -> list[str]:
    """Statements that give ``table`` its triggers, and the database their function where it has not got it."""
    schema, on = catalog.current_schema(cursor), cursor.db.ops.quote_name(table)
    function = f"{quoted(schema)}.{quoted(FUNCTION)}()"
    statements = [] if _has_function(cursor) else _function(function)
    for name, terms in TRIGGERS.items():
        statements += [
            f"DROP TRIGGER IF EXISTS {quoted(name)} ON {on}",
            f"CREATE TRIGGER {quoted(name)} {terms.format(table=on)} EXECUTE FUNCTION {function}",
        ]
    return statements


def _has_function(cursor: Any) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.proname = %s "
        "AND p.pronamespace = current_schema()::pg_catalog.regnamespace "
        "AND pg_catalog.obj_description(p.oid, 'pg_proc') = %s)",
        [FUNCTION, digest()],
    )
    return bool(cursor.fetchone()[0])


def _function(function: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $cqrs${BODY}$cqrs$",
        f"COMMENT ON FUNCTION {function} IS {literal(digest())}",
    ]


def drop(on: str) -> list[str]:
    """Statements that take the triggers of the table with the quoted name ``on`` away."""
    return [f"DROP TRIGGER IF EXISTS {quoted(name)} ON {on}" for name in TRIGGERS]


def drop_function(cursor: Any) -> list[str]:
    """The statement that takes their function away; for when no table has any more."""
    schema = quoted(catalog.current_schema(cursor))
    return [f"DROP FUNCTION IF EXISTS {schema}.{quoted(FUNCTION)}()"]
