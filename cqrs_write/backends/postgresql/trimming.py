"""Trimming the change log on PostgreSQL: in small transactions that wait for no lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cqrs_write.backends.postgresql.changelog import COVERS, ORIGIN

LOCK = 7_283_401_552
"""The advisory lock of whoever trims."""

ROW_BYTES = 100
"""What a row takes beside its keys: header, xid, stream, time, its entry in the index."""

SEEN = "xid < pg_snapshot_xmax(%s::pg_snapshot) AND pg_visible_in_snapshot(xid, %s::pg_snapshot)"

# A dump that was restored brings rows with transaction ids of another database, which no position would ever see.
FOREIGN = "xid >= pg_snapshot_xmax(pg_current_snapshot())"

# Begins where the last batch ended: dead rows stay in the index for as long as any old transaction runs.
BATCH = f"""
WITH gone AS (
    DELETE FROM cqrs_change_log WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM cqrs_change_log WHERE xid >= %s::xid8 AND (({SEEN}) OR {FOREIGN}) ORDER BY xid LIMIT %s
    )) RETURNING xid
)
SELECT count(*), coalesce(max(xid::text::numeric), 0)::text FROM gone
"""

REMEMBER = f"""
INSERT INTO cqrs_change_log_trimmed AS t (origin, behind) VALUES ({ORIGIN}, %s::pg_snapshot)
ON CONFLICT (origin) DO UPDATE SET behind = excluded.behind WHERE {COVERS.format(p="excluded.behind", s="t.behind")}
"""


def earliest(cursor: Any, positions: Sequence[str]) -> str:
    """The one of ``positions`` that has seen least; every other has seen that too."""
    cursor.execute(
        "SELECT p::text FROM unnest(%s::pg_snapshot[]) p "
        "ORDER BY pg_snapshot_xmax(p), cardinality(ARRAY(SELECT pg_snapshot_xip(p))) DESC LIMIT 1",
        [list(positions)],
    )
    return str(cursor.fetchone()[0])


def delete_batch(cursor: Any, behind: str, start: str, limit: int) -> tuple[int, str] | None:
    """Delete up to ``limit`` rows that the position ``behind`` has seen, from ``start`` (of the last batch) on.

    Call it in a transaction, which also stores how far the log was trimmed.

    Returns:
        How many were deleted, and where to start next. None if someone else is trimming.
    """
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    if not cursor.fetchone()[0]:
        return None
    cursor.execute(REMEMBER, [behind])
    cursor.execute(BATCH, [start or "0", behind, behind, limit])
    deleted, end = cursor.fetchone()
    return int(deleted), str(end)


def count_seen(cursor: Any, behind: str) -> int:
    """How many rows the position ``behind`` has seen."""
    cursor.execute(f"SELECT count(*) FROM cqrs_change_log WHERE ({SEEN}) OR {FOREIGN}", [behind, behind])
    return int(cursor.fetchone()[0])


def size(cursor: Any) -> tuple[int, int, datetime | None]:
    """An estimate of the rows, an upper bound of the bytes at no cost, and when the oldest row was written."""
    cursor.execute(
        "SELECT pg_stat_get_live_tuples(c.oid), pg_total_relation_size(c.oid), "
        "(SELECT logged_at FROM cqrs_change_log ORDER BY xid LIMIT 1) "
        "FROM pg_class c WHERE c.oid = 'cqrs_change_log'::regclass"
    )
    rows, bytes_, oldest = cursor.fetchone()
    return int(rows), int(bytes_), oldest


def used_bytes(cursor: Any) -> int:
    """The bytes of the rows that are there: deleted ones leave room in the file, which new ones fill."""
    cursor.execute(
        f"SELECT coalesce(sum(coalesce(pg_column_size(keys), 0) + {ROW_BYTES}), 0) FROM cqrs_change_log"
    )
    return int(cursor.fetchone()[0])
