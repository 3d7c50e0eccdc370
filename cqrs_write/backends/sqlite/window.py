"""Bounded windows over the change log, on SQLite: each log row has one key, or none for "everything"."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cqrs_write.backends.sqlite.changelog import PLACES, TRIMMED_BEYOND, now, source

UNSEEN = f"id > %s AND id <= %s AND stream IN {PLACES}"
LAST = 2**63 - 1

BULK = """
SELECT stream, json_group_array(key) AS keys, min(logged_at) AS logged_at FROM (
    SELECT stream, key, logged_at, (row_number() OVER (PARTITION BY stream ORDER BY id) - 1) / {size} AS place
    FROM (SELECT stream, key, min(logged_at) AS logged_at, min(id) AS id FROM cqrs_change_log
          WHERE {unseen} AND key IS NOT NULL GROUP BY stream, key) single
) placed GROUP BY stream, place
"""

WAITING = """
SELECT json_extract(f.value, '$[0]') FROM json_each(%s) f
WHERE EXISTS (
    SELECT 1 FROM cqrs_change_log WHERE id > CAST(json_extract(f.value, '$[1]') AS integer)
    AND stream IN (SELECT s.value FROM json_each(f.value, '$[2]') s))
   OR EXISTS (SELECT 1 FROM cqrs_change_log_trimmed
              WHERE behind > CAST(json_extract(f.value, '$[1]') AS integer))
"""


def look(
    cursor: Any, since: str, streams: Sequence[str], limit: int
) -> tuple[str, str, int, list[tuple[str, list[str] | None]] | None]:
    """The position that is now, what ``source`` says, and the (stream, keys) rows unless there are too many."""
    until = now(cursor)
    cursor.execute(
        f"SELECT DISTINCT stream, key FROM cqrs_change_log WHERE {UNSEEN} LIMIT {int(limit) + 1}",
        [int(since), int(until), _json(streams)],
    )
    rows = [(stream, None if key is None else [key]) for stream, key in cursor.fetchall()]
    cursor.execute(f"SELECT {TRIMMED_BEYOND}", [int(since)])
    if cursor.fetchone()[0]:
        rows = [(stream, None) for stream in streams]
    return (until, *source(cursor), rows if len(rows) <= limit else None)


def everything(cursor: Any, since: str, until: str | None, streams: Sequence[str]) -> list[str]:
    cursor.execute(
        f"SELECT stream FROM cqrs_change_log WHERE {UNSEEN} AND key IS NULL "
        f"UNION SELECT value FROM json_each(%s) WHERE {TRIMMED_BEYOND}",
        [int(since), LAST if until is None else int(until), _json(streams), _json(streams), int(since)],
    )
    return [stream for (stream,) in cursor.fetchall()]


def newest(
    cursor: Any, since: str, until: str, streams: Sequence[str], limit: int
) -> list[tuple[str, list[str], int]]:
    cursor.execute(
        f"SELECT stream, key, id FROM cqrs_change_log WHERE {UNSEEN} AND key IS NOT NULL "
        f"ORDER BY id DESC LIMIT {int(limit)}",
        [int(since), int(until), _json(streams)],
    )
    return [(stream, [key], place) for stream, key, place in cursor.fetchall()]


def bulk(
    since: str, until: str, streams: Sequence[str], mark: int | None, size: int
) -> tuple[str, list[Any]]:
    up_to = int(until) if mark is None else mark
    return BULK.format(unseen=UNSEEN, size=int(size)), [int(since), up_to, _json(streams)]


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def keys_in(since: str, stream: str) -> tuple[str, list[Any]]:
    sql = f"SELECT key AS k FROM cqrs_change_log WHERE {UNSEEN} AND key IS NOT NULL"
    return sql, [int(since), LAST, _json([stream])]


def waiting(
    cursor: Any, positions: Sequence[tuple[str, str, Sequence[str]]]
) -> tuple[str, int, Sequence[str]]:
    given = json.dumps([[name, position, list(streams)] for name, position, streams in positions])
    cursor.execute(WAITING, [given])
    return (*source(cursor), [name for (name,) in cursor.fetchall()])


def _json(streams: Sequence[str]) -> str:
    return json.dumps(list(streams))
