"""The change log on PostgreSQL, and the snapshot windows over it.

A position is the text of a ``pg_snapshot``. The next window is what is visible now and was not then; it skips
nothing and waits for no unrelated transaction. Positions of one database are in order: what one has seen, every
later one has seen too. So the log is trimmed of what the earliest has seen, and remembers that position; of one that
has not seen all of it the window is "everything".
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

CREATE = """
CREATE TABLE cqrs_change_log (
    xid xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
    stream text NOT NULL,
    keys text[],
    logged_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_insert_threshold = 10000, autovacuum_analyze_scale_factor = 0.0,
        autovacuum_analyze_threshold = 10000);
CREATE INDEX cqrs_change_log_xid ON cqrs_change_log (xid);
CREATE SEQUENCE cqrs_capture_lost MINVALUE 0 START 0;
CREATE FUNCTION cqrs_capture_everything(streams text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $cqrs$
BEGIN
    INSERT INTO {schema}.cqrs_change_log (stream, keys) SELECT unnest(streams), NULL;
EXCEPTION WHEN OTHERS THEN
    PERFORM nextval('{schema}.cqrs_capture_lost');
END $cqrs$;
"""

DROP = """
DROP FUNCTION cqrs_capture_everything(text[]);
DROP SEQUENCE cqrs_capture_lost;
DROP TABLE cqrs_change_log;
"""

TRIMMED = """
CREATE TABLE cqrs_change_log_trimmed (
    origin text NOT NULL PRIMARY KEY,
    behind pg_snapshot NOT NULL
);
"""

# A serialization failure is no loss: the transaction ends in a rollback, with all that it could not log.
EVERYTHING = """
CREATE OR REPLACE FUNCTION cqrs_capture_everything(streams text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $cqrs$
BEGIN
    INSERT INTO {schema}.cqrs_change_log (stream, keys) SELECT unnest(streams), NULL;
EXCEPTION WHEN serialization_failure THEN
    RAISE;
WHEN OTHERS THEN
    PERFORM nextval('{schema}.cqrs_capture_lost');
END $cqrs$;
"""

# Whether the position p has seen all that s has.
COVERS = """
(pg_snapshot_xmax({p}) >= pg_snapshot_xmax({s})
 AND NOT EXISTS (SELECT FROM pg_snapshot_xip({p}) x WHERE pg_visible_in_snapshot(x, {s})))
"""

# Written so that the index serves both branches: behind a long transaction "not visible then" alone would not.
WINDOW = """
WITH p AS MATERIALIZED (SELECT %s::pg_snapshot AS was, {until} AS is_now)
SELECT {columns} FROM cqrs_change_log l
WHERE (l.xid >= (SELECT pg_snapshot_xmax(was) FROM p)
       OR l.xid = ANY (ARRAY(SELECT pg_snapshot_xip(was) FROM p)))
  AND pg_visible_in_snapshot(l.xid, (SELECT is_now FROM p))
  AND l.stream = ANY (%s)
"""
GIVEN = "%s::pg_snapshot"
CURRENT = "pg_current_snapshot()"
ORIGIN = (
    "(SELECT system_identifier FROM pg_control_system()) || '/' ||"
    " (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' ||"
    " (SELECT timeline_id FROM pg_control_checkpoint())"
)
TRIMMED_BEYOND = f"""
EXISTS (SELECT FROM cqrs_change_log_trimmed t, (SELECT %s::pg_snapshot AS was) p
        WHERE t.origin = {ORIGIN} AND NOT {COVERS.format(p="p.was", s="t.behind")})
"""
LOST = "(SELECT last_value + is_called::int FROM cqrs_capture_lost)"


def qualified(cursor: Any, name: str) -> str:
    """``name`` quoted, within the schema that the toolkit's own tables live in."""
    cursor.execute("SELECT current_schema()")
    quote = cursor.db.ops.quote_name
    return f"{quote(cursor.fetchone()[0])}.{quote(name)}"


def create_statements(cursor: Any) -> list[str]:
    schema = qualified(cursor, "").removesuffix('.""')
    return [CREATE.format(schema=schema)]


def drop_statements(cursor: Any) -> list[str]:
    return [DROP]


def create_trimmed_statements(cursor: Any) -> list[str]:
    schema = qualified(cursor, "").removesuffix('.""')
    return [TRIMMED, EVERYTHING.format(schema=schema)]


def drop_trimmed_statements(cursor: Any) -> list[str]:
    return ["DROP TABLE cqrs_change_log_trimmed"]


def now(cursor: Any) -> str:
    """What is visible at this moment, as a position."""
    cursor.execute("SELECT pg_current_snapshot()::text")
    return str(cursor.fetchone()[0])


def source(cursor: Any) -> tuple[str, int]:
    """System identifier, database and timeline; and how often not even "everything" could be logged."""
    cursor.execute(f"SELECT {ORIGIN}, {LOST}")
    origin, lost = cursor.fetchone()
    return str(origin), int(lost)


def window(cursor: Any, since: str, until: str, streams: Sequence[str]) -> list[tuple[str, list[str] | None]]:
    """The (stream, keys) rows between two positions; keys None is "everything"."""
    sql = WINDOW.format(columns="l.stream, l.keys", until=GIVEN)
    # One statement: what is deleted between two would be missing from both.
    trimmed = f"UNION ALL SELECT unnest(%s::text[]), NULL WHERE {TRIMMED_BEYOND}"
    cursor.execute(f"{sql} {trimmed}", [since, until, list(streams), list(streams), since])
    return list(cursor.fetchall())


def pending(cursor: Any, since: str, streams: Sequence[str]) -> tuple[int, datetime | None]:
    """How many log rows lie beyond ``since``, and when the oldest was written."""
    sql = WINDOW.format(columns="count(*), min(l.logged_at)", until=CURRENT)
    cursor.execute(sql, [since, list(streams)])
    count, oldest = cursor.fetchone()
    return int(count), oldest


def probe(cursor: Any, since: str, streams: Sequence[str]) -> tuple[str, int, bool]:
    """What :func:`source` says, and whether anything lies beyond ``since``, in one round trip."""
    sql = WINDOW.format(columns="1", until=CURRENT)
    cursor.execute(
        f"SELECT {ORIGIN}, {LOST}, EXISTS ({sql}) OR {TRIMMED_BEYOND}", [since, list(streams), since]
    )
    origin, lost, waiting = cursor.fetchone()
    return str(origin), int(lost), bool(waiting)


def log_everything(cursor: Any, streams: Sequence[str]) -> None:
    cursor.execute(
        "INSERT INTO cqrs_change_log (stream, keys) SELECT unnest(%s::text[]), NULL", [list(streams)]
    )


def forget_own(cursor: Any, streams: Sequence[str]) -> None:
    cursor.execute(
        "DELETE FROM cqrs_change_log WHERE xid = pg_current_xact_id_if_assigned() AND stream = ANY (%s)",
        [list(streams)],
    )
