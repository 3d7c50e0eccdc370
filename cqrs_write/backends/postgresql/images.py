"""Image triggers on PostgreSQL: what a row was and is, told to the connection that writes it; and that it was written.

Those that tell are dormant: a row-level trigger whose condition is false queues nothing. A transaction that sets
``cqrs.rehearsal`` to ``on`` for itself arms them; then each row comes as a message at level INFO, which every client
gets and the server's log does not, with JSON as its detail. Messages outlive rollbacks and need no table.

Their function runs with the writer's own rights, and its ``search_path``: it touches no table, and so needs none of
the owner's. Whatever fails in it becomes part of the message; the subtransaction that this takes writes nothing, and
so gets no number.

One is awake: it notes in the change log, for every writer, that a statement has changed the table, so that a rehearsal
knows whether others did while it ran. It needs no key and no column, and so nothing of what capture needs, whose plan
stays what the read models ask for.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from cqrs_write.backends.postgresql import catalog
from cqrs_write.backends.postgresql.catalog import literal, quoted
from cqrs_write.backends.postgresql.image_changes import CHANGE_BODY, stream_of

MESSAGE = "cqrs.image"
"""What the messages say; all the rest is in their detail."""

FUNCTION, CHANGE_FUNCTION = "cqrs_image", "cqrs_image_change"
WHEN = "WHEN (pg_catalog.current_setting('cqrs.rehearsal', true) OPERATOR(pg_catalog.=) 'on')"
TRIGGERS = {
    "cqrs_image_row": f"AFTER INSERT OR UPDATE OR DELETE ON {{table}} FOR EACH ROW {WHEN}",
    "cqrs_image_truncate": f"AFTER TRUNCATE ON {{table}} FOR EACH STATEMENT {WHEN}",
}
"""By name. Those of a partitioned table are cloned to its partitions by the database itself, the first one at least."""

CHANGE = "cqrs_image_change"
"""The trigger that is awake. A statement on a partition fires that partition's alone, so each carries it."""

CHANGE_EVENTS = "AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE"

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

IN_ORDER = "pg_catalog.obj_description(g.tgfoid, 'pg_proc') = {digest}"
"""Of a trigger ``g``: that it calls a function as it is written here."""

# The partitions of a table, and the table.
TREE = """
(SELECT c.oid AS relation UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p
 JOIN pg_catalog.pg_class l ON l.oid = p.relid AND l.relkind IN ('r', 'p'))
"""

# A table's triggers are in order if all are there, fire, and call the functions as they are written here.
STATES = f"""
SELECT listed.name, c.relkind, (
    SELECT count(*) = {len(TRIGGERS)} FROM pg_catalog.pg_trigger g
    WHERE g.tgrelid = c.oid AND g.tgname = ANY (%(names)s) AND g.tgenabled IN ('O', 'A')
          AND {IN_ORDER.format(digest="%(digest)s")})
    AND NOT EXISTS (SELECT FROM {TREE} tree WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = tree.relation AND g.tgname = {literal(CHANGE)}
        AND g.tgenabled = 'A' AND {IN_ORDER.format(digest="%(digest)s")}))
FROM unnest(%(tables)s::text[], %(quoted)s::text[]) WITH ORDINALITY AS listed(name, quoted, place)
LEFT JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(listed.quoted) AND c.relpersistence <> 't'
ORDER BY listed.place
"""

# A partition's triggers are its table's.
CARRYING = """
SELECT DISTINCT c.relname, n.nspname FROM pg_catalog.pg_trigger g
JOIN pg_catalog.pg_class c ON c.oid = coalesce(pg_catalog.pg_partition_root(g.tgrelid), g.tgrelid)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE g.tgname = ANY (%s) ORDER BY 1, 2
"""

CHANGE_CARRIERS = f"""
SELECT n.nspname, r.relname FROM pg_catalog.pg_class c, LATERAL {TREE} tree
JOIN pg_catalog.pg_class r ON r.oid = tree.relation JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
WHERE c.oid = pg_catalog.to_regclass(%s) ORDER BY r.oid <> c.oid, 1, 2
"""


def digest() -> str:
    """What the functions' comments say, as long as they are those of this version."""
    return hashlib.sha256(f"{BODY}{CHANGE_BODY}".encode()).hexdigest()[:16]


def states(cursor: Any, tables: Sequence[str]) -> dict[str, str]:
    """By table: ``installed``, ``missing``, ``absent`` (no table, or a temporary one) or ``view`` (it carries none)."""
    quoted_names = [cursor.db.ops.quote_name(table) for table in tables]
    cursor.execute(
        STATES,
        {"names": list(TRIGGERS), "digest": digest(), "tables": list(tables), "quoted": quoted_names},
    )
    return {name: _state(kind, in_order) for name, kind, in_order in cursor.fetchall()}


def _state(kind: str | None, in_order: bool) -> str:
    if kind is None:
        return "absent"
    if kind not in catalog.CARRIERS:
        return "view"
    return "installed" if in_order else "missing"


def carrying(cursor: Any) -> list[tuple[str, str]]:
    """Name and quoted name of every table with an image trigger, partitions aside."""
    cursor.execute(CARRYING, [[*TRIGGERS, CHANGE]])
    return [(name, f"{quoted(schema)}.{quoted(name)}") for name, schema in cursor.fetchall()]


def create(cursor: Any, table: str) -> list[str]:
    """Statements that give ``table`` its triggers, and the database their functions where it has not got them."""
    schema, on = quoted(catalog.current_schema(cursor)), cursor.db.ops.quote_name(table)
    relations = _change_carriers(cursor, on)
    statements = [] if _has_functions(cursor) else _functions(schema)
    for name, terms in TRIGGERS.items():
        statements += _trigger(name, on, terms.format(table=on), f"{schema}.{quoted(FUNCTION)}()")
    for _, relation in relations:
        terms = f"{CHANGE_EVENTS} ON {relation} FOR EACH STATEMENT"
        statements += _trigger(CHANGE, relation, terms, f"{schema}.{quoted(CHANGE_FUNCTION)}()")
        # Else a session whose session_replication_role is replica would go unnoticed.
        statements.append(f"ALTER TABLE ONLY {relation} ENABLE ALWAYS TRIGGER {quoted(CHANGE)}")
    # Whoever looks for changes since a moment before the trigger was there must find one.
    noted = ", ".join(f"({literal(stream)}, '{{}}')" for stream, _ in relations)
    return [*statements, f"INSERT INTO {schema}.{quoted('cqrs_change_log')} (stream, keys) VALUES {noted}"]


def _trigger(name: str, on: str, terms: str, call: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {quoted(name)} ON {on}",
        f"CREATE TRIGGER {quoted(name)} {terms} EXECUTE FUNCTION {call}",
    ]


def _change_carriers(cursor: Any, on: str) -> list[tuple[str, str]]:
    """Stream and quoted name of the table with the quoted name ``on``, then of each partition."""
    cursor.execute(CHANGE_CARRIERS, [on])
    return [
        (stream_of(schema, name), f"{quoted(schema)}.{quoted(name)}") for schema, name in cursor.fetchall()
    ]


def _has_functions(cursor: Any) -> bool:
    cursor.execute(
        "SELECT count(*) = 2 FROM pg_catalog.pg_proc p WHERE p.proname = ANY (%s) "
        "AND p.pronamespace = current_schema()::pg_catalog.regnamespace "
        "AND pg_catalog.obj_description(p.oid, 'pg_proc') = %s",
        [[FUNCTION, CHANGE_FUNCTION], digest()],
    )
    return bool(cursor.fetchone()[0])


def _functions(schema: str) -> list[str]:
    bodies = {FUNCTION: ("", BODY), CHANGE_FUNCTION: ("SECURITY DEFINER ", CHANGE_BODY)}
    statements = []
    for name, (terms, body) in bodies.items():
        function = f"{schema}.{quoted(name)}()"
        log = f"{schema}.{quoted('cqrs_change_log')}"
        body = body.replace("{log}", log).replace("{literal}", literal(log))
        statements += [
            f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql {terms}AS $cqrs${body}$cqrs$",
            f"COMMENT ON FUNCTION {function} IS {literal(digest())}",
        ]
    return statements


def drop(cursor: Any, on: str) -> list[str]:
    """Statements that take the triggers of the table with the quoted name ``on`` away, and those of its partitions."""
    carriers = [(name, on) for name in TRIGGERS] + [
        (CHANGE, name) for _, name in _change_carriers(cursor, on)
    ]
    return [f"DROP TRIGGER IF EXISTS {quoted(name)} ON {relation}" for name, relation in carriers]


def drop_functions(cursor: Any) -> list[str]:
    """The statements that take their functions away; for when no table has any more."""
    schema = quoted(catalog.current_schema(cursor))
    return [f"DROP FUNCTION IF EXISTS {schema}.{quoted(name)}()" for name in (FUNCTION, CHANGE_FUNCTION)]
