"""PostgreSQL's catalog: the tables to capture with all their partitions, and the triggers that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

CARRIERS = frozenset("rp")
"""Kinds of relations that can carry our triggers: ordinary and partitioned tables."""


class Column(NamedTuple):
    """``changed`` is the transaction that last wrote the column's own catalog row, as ALTER TYPE does.

    ``virtual`` is true of a generated column that is not stored: triggers see NULL in it.
    """

    number: int
    type: str
    builtin: bool
    changed: str
    virtual: bool


class Trigger(NamedTuple):
    """``digest`` is the comment on the function, ``seen`` the one on the trigger."""

    function: str
    always: bool
    digest: str
    seen: str


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One table or partition. ``file`` is what a rewrite of the table changes; ``root`` the captured table.

    ``home`` is the schema of the toolkit's own tables and functions, which may be another one than the table's.
    """

    home: str
    schema: str
    name: str
    root: str
    kind: str
    file: int
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...]
    triggers: Mapping[str, Trigger]

    @property
    def quoted(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"


# A domain counts as the type below it, whose text it has. Everything is read in one snapshot, the table's file
# too: a file newer than its columns would hide that a column was rewritten.
RELATIONS = r"""
WITH RECURSIVE tree AS (
    SELECT c.oid, listed.name AS root, 0 AS depth FROM unnest(%s::text[], %s::text[]) AS listed(name, quoted)
    JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(listed.quoted)
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT c.oid, tree.root, tree.depth + 1 FROM tree
    JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
)
SELECT current_schema(), n.nspname, c.relname, tree.root, c.relkind, c.relfilenode::bigint,
    (SELECT pg_catalog.json_object_agg(a.attname, pg_catalog.json_build_array(
                a.attnum, pg_catalog.format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),
                t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace, a.xmin::text,
                a.attgenerated = 'v'))
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum)
     FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
          ON a.attrelid = c.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
     WHERE i.indrelid = c.oid AND i.indisprimary),
    (SELECT pg_catalog.json_object_agg(g.tgname, pg_catalog.json_build_array(
                p.proname, g.tgenabled = 'A',
                coalesce(pg_catalog.obj_description(p.oid, 'pg_proc'), ''),
                coalesce(pg_catalog.obj_description(g.oid, 'pg_trigger'), '')))
     FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
     WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgname LIKE 'cqrs\_capture\_%%')
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY tree.root, tree.depth, n.nspname, c.relname
"""


def relations(cursor: Any, tables: Sequence[str]) -> list[Relation]:
    """Those of ``tables`` that a query would find, each followed by its partitions, down to the leaves."""
    cursor.execute(RELATIONS, [list(tables), [cursor.db.ops.quote_name(table) for table in tables]])
    return [
        Relation(
            home=home,
            schema=schema,
            name=name,
            root=root,
            kind=kind,
            file=file,
            columns={column: Column(*values) for column, values in (columns or {}).items()},
            primary_key=tuple(primary_key or ()),
            triggers={trigger: Trigger(*values) for trigger, values in (triggers or {}).items()},
        )
        for home, schema, name, root, kind, file, columns, primary_key, triggers in cursor.fetchall()
    ]


def with_triggers(cursor: Any) -> list[tuple[str, str]]:
    """Name and quoted name of every relation with triggers that write to the current schema's change log."""
    cursor.execute(
        r"""
        SELECT DISTINCT n.nspname, c.relname FROM pg_catalog.pg_trigger g
        JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
        WHERE g.tgname LIKE 'cqrs\_capture\_%%' AND NOT g.tgisinternal
              AND p.pronamespace = current_schema()::pg_catalog.regnamespace
        ORDER BY 1, 2
        """,
        [],
    )
    return [(name, f"{quoted(schema)}.{quoted(name)}") for schema, name in cursor.fetchall()]


def users(cursor: Any, functions: Sequence[str]) -> list[tuple[str, str]]:
    """Quoted relation, and trigger, of every trigger that calls one of ``functions`` of the current schema."""
    cursor.execute(
        """
        SELECT n.nspname, c.relname, g.tgname FROM pg_catalog.pg_trigger g
        JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
        WHERE p.proname = ANY (%s) AND p.pronamespace = current_schema()::pg_catalog.regnamespace
        ORDER BY 1, 2, 3
        """,
        [list(functions)],
    )
    return [(f"{quoted(schema)}.{quoted(name)}", trigger) for schema, name, trigger in cursor.fetchall()]


def unused_functions(cursor: Any, known: Sequence[str]) -> list[str]:
    """Trigger functions of ours that no trigger calls, as a dropped table leaves them; none of ``known``."""
    cursor.execute(
        """
        SELECT p.proname FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = current_schema()::pg_catalog.regnamespace
              AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
              AND p.proname ~ '^cqrs_(insert|update|delete|truncate)_'
              AND pg_catalog.obj_description(p.oid, 'pg_proc') ~ '^[0-9a-f]{16}$' AND p.proname <> ALL (%s)
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgfoid = p.oid)
        ORDER BY 1
        """,
        [list(known)],
    )
    return [name for (name,) in cursor.fetchall()]


def is_empty(cursor: Any, relation: Relation) -> bool:
    """Whether the relation's file is: it then holds no row, and never did, unless it was truncated since."""
    cursor.execute("SELECT pg_catalog.pg_relation_size(pg_catalog.to_regclass(%s)) = 0", [relation.quoted])
    return bool(cursor.fetchone()[0])


def current_schema(cursor: Any) -> str:
    """The schema that the toolkit's own tables live in."""
    cursor.execute("SELECT current_schema()")
    return str(cursor.fetchone()[0])


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
