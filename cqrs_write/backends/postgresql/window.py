"""Bounded windows over the change log, on PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cqrs_write.backends.postgresql.changelog import LOST, ORIGIN, TRIMMED_BEYOND

SMALL = 100
"""Keys in a log row that counts as a single change."""

# Written so that the index serves both branches: behind a long transaction "not visible then" alone would not.
UNSEEN = """
SELECT l.stream, l.keys, l.logged_at FROM cqrs_change_log l
WHERE (l.xid >= pg_snapshot_xmax(%s::pg_snapshot)
       OR l.xid = ANY (ARRAY(SELECT pg_snapshot_xip(%s::pg_snapshot))))
  AND pg_visible_in_snapshot(l.xid, COALESCE(%s::pg_snapshot, pg_current_snapshot()))
  AND l.stream = ANY (%s)
"""

LOOK = """
WITH w AS MATERIALIZED ({unseen} LIMIT {limit} + 1),
     size AS (SELECT count(*) AS rows, sum(cardinality(keys)) AS keys FROM w)
SELECT pg_current_snapshot()::text, {origin}, {lost}, {trimmed},
       CASE WHEN size.rows <= {limit} AND (size.keys IS NULL OR size.keys <= {limit})
       THEN (SELECT json_agg(json_build_array(stream, keys))::text FROM w) ELSE 'null' END
FROM size
"""

NEWEST = """
SELECT stream, keys, logged_at::text FROM (
    SELECT *, sum(cardinality(keys)) OVER (ORDER BY logged_at DESC) AS total FROM (
        SELECT * FROM ({unseen}) w WHERE cardinality(keys) <= {small} ORDER BY logged_at DESC LIMIT {limit}
    ) last
) counted WHERE total <= {limit} ORDER BY logged_at DESC
"""

# Large rows go as they are; smaller ones are put together, each key once.
BULK = """
WITH w AS ({unseen}),
     rest AS (SELECT * FROM w
              WHERE cardinality(keys) > {small} OR %s::timestamptz IS NULL OR logged_at <= %s::timestamptz)
SELECT stream, keys, logged_at FROM rest WHERE cardinality(keys) > {half}
UNION ALL
SELECT stream, array_agg(k), min(logged_at) FROM (
    SELECT stream, k, logged_at, (row_number() OVER (PARTITION BY stream ORDER BY logged_at) - 1) / {size} AS place
    FROM (SELECT stream, k, min(logged_at) AS logged_at FROM rest, unnest(keys) k
          WHERE cardinality(keys) <= {half} GROUP BY stream, k) single
) placed GROUP BY stream, place
"""

# One for each reader, with its position as a constant: only then does the index serve.
BEYOND = """EXISTS (
SELECT FROM cqrs_change_log l
WHERE (l.xid >= pg_snapshot_xmax(%s::pg_snapshot) OR l.xid = ANY (ARRAY(SELECT pg_snapshot_xip(%s::pg_snapshot))))
  AND l.stream = ANY (%s))"""


def unseen(since: str, until: str | None, streams: Sequence[str]) -> tuple[str, list[Any]]:
    """The log rows between two positions, the second being now if it is None."""
    return UNSEEN, [since, since, until, list(streams)]


def look(
    cursor: Any, since: str, streams: Sequence[str], limit: int
) -> tuple[str, str, int, list[tuple[str, list[str] | None]] | None]:
    """The position that is now, what ``source`` says, and the (stream, keys) rows unless there are too many."""
    sql, params = unseen(since, None, streams)
    statement = LOOK.format(unseen=sql, origin=ORIGIN, lost=LOST, trimmed=TRIMMED_BEYOND, limit=int(limit))
    cursor.execute(statement, [*params, since])
    until, origin, lost, trimmed, rows = cursor.fetchone()
    if trimmed:
        return until, origin, lost, [(stream, None) for stream in streams]
    return until, origin, lost, [] if rows is None else json.loads(rows)


def everything(cursor: Any, since: str, until: str | None, streams: Sequence[str]) -> list[str]:
    sql, params = unseen(since, until, streams)
    cursor.execute(
        f"SELECT stream FROM ({sql}) w WHERE keys IS NULL UNION SELECT unnest(%s::text[]) WHERE {TRIMMED_BEYOND}",
        [*params, list(streams), since],
    )
    return [stream for (stream,) in cursor.fetchall()]


def newest(
    cursor: Any, since: str, until: str, streams: Sequence[str], limit: int
) -> list[tuple[str, list[str], str]]:
    sql, params = unseen(since, until, streams)
    cursor.execute(NEWEST.format(unseen=sql, small=SMALL, limit=int(limit)), params)
    return list(cursor.fetchall())


def bulk(
    since: str, until: str, streams: Sequence[str], mark: str | None, size: int
) -> tuple[str, list[Any]]:
    sql, params = unseen(since, until, streams)
    return BULK.format(unseen=sql, small=SMALL, half=int(size) // 2, size=int(size)), [*params, mark, mark]


def moment(value: datetime) -> datetime:
    return value


def keys_in(since: str, stream: str) -> tuple[str, list[Any]]:
    sql, params = unseen(since, None, [stream])
    return f"SELECT unnest(keys) AS k FROM ({sql}) w", params


def waiting(
    cursor: Any, positions: Sequence[tuple[str, str, Sequence[str]]]
) -> tuple[str, int, Sequence[str]]:
    if not positions:
        return "", 0, ()
    params = [value for _, was, streams in positions for value in (was, was, list(streams), was)]
    beyond = ", ".join([f"{BEYOND} OR {TRIMMED_BEYOND}"] * len(positions))
    cursor.execute(f"SELECT {ORIGIN}, {LOST}, ARRAY[{beyond}]", params)
    origin, lost, found = cursor.fetchone()
    return str(origin), int(lost), [name for (name, *_), there in zip(positions, found, strict=True) if there]
