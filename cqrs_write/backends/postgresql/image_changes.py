"""Changes of tables with image triggers, on PostgreSQL: noted by every writer, asked for by a rehearsal.

A note is a row of the change log, on a stream of the table's own that no read model follows: it is trimmed with the
others, wakes nobody, and has the number of the writer's transaction, whatever subtransaction it came from.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from cqrs_write.backends.postgresql.catalog import quoted
from cqrs_write.backends.postgresql.changelog import TRIMMED_BEYOND

# Not from a statement that found no row: what has written nothing has no number, and must not get one. Every name is
# qualified, as the function runs with its owner's rights; to SET a search_path would take longer than all the rest.
CHANGE_BODY = """
BEGIN
IF pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL AND pg_catalog.to_regclass({literal}) IS NOT NULL THEN
INSERT INTO {log} (stream, keys) VALUES (pg_catalog.concat(TG_TABLE_SCHEMA, '.', TG_TABLE_NAME, '.*'), '{}');
END IF;
RETURN NULL;
END """

# A view stands for the tables that it reads, a partition for the whole table. What is of the system or of the session
# is nobody else's; what is no table at all is the name of a common table expression, or of a function.
CHANGES = f"""
WITH RECURSIVE asked AS (
    SELECT c.oid, c.relkind FROM unnest(%(tables)s::text[]) AS listed(name)
    JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(listed.name)
    UNION
    SELECT c.oid, c.relkind FROM asked JOIN pg_catalog.pg_rewrite r ON r.ev_class = asked.oid
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
         AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid WHERE asked.relkind = 'v'
), roots AS (
    SELECT DISTINCT coalesce(pg_catalog.pg_partition_root(asked.oid), asked.oid) AS oid FROM asked
    WHERE asked.relkind IN ('r', 'p', 'm', 'f')
), relations AS (
    SELECT c.oid AS root, c.oid FROM roots c
    UNION
    SELECT c.oid, p.relid FROM roots c, pg_catalog.pg_partition_tree(c.oid) p
), changed AS MATERIALIZED (
    SELECT DISTINCT l.stream FROM cqrs_change_log l
    WHERE (l.xid >= pg_snapshot_xmax(%(before)s::pg_snapshot)
           OR l.xid = ANY (ARRAY(SELECT pg_snapshot_xip(%(before)s::pg_snapshot))))
      AND pg_visible_in_snapshot(l.xid, %(after)s::pg_snapshot)
      AND l.xid::text::numeric %% 4294967296 <> ALL (%(own)s::numeric[])
)
SELECT relations.root::pg_catalog.regclass::text,
    bool_and(EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid
                     AND g.tgname = 'cqrs_image_change' AND g.tgenabled = 'A')),
    bool_or(EXISTS (SELECT FROM changed WHERE changed.stream
                    = pg_catalog.concat(n.nspname, '.', c.relname, '.*')))
FROM relations JOIN pg_catalog.pg_class c ON c.oid = relations.oid AND c.relpersistence <> 't'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
GROUP BY 1
UNION ALL
SELECT '', false, {TRIMMED_BEYOND.replace("%s", "%(before)s")}
"""


class TableChange(NamedTuple):
    """``tells`` is whether every writer of the table leaves a note; ``changed`` whether one has."""

    table: str
    tells: bool
    changed: bool


def stream_of(schema: str, name: str) -> str:
    return f"{schema}.{name}.*"


def changes(
    raw: Any, tables: Sequence[str], before: str, after: str, own: Collection[int]
) -> list[TableChange] | None:
    """What others have changed between two snapshots, by table, as its name is written in SQL.

    Args:
        raw: a connection of psycopg's.
        tables: their names as Django has them; what is none is passed over.
        own: numbers of transactions that count for nobody, modulo 2³².

    Returns:
        None if the change log was trimmed since.
    """
    names = [".".join(map(quoted, table.split('"."'))) for table in tables]
    asked = {"tables": names, "before": before, "after": after, "own": list(own)}
    found = [TableChange(*row) for row in raw.execute(CHANGES, asked).fetchall()]
    trimmed = any(one.changed for one in found if not one.table)
    return None if trimmed else [one for one in found if one.table]
