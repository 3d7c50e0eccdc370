"""The change log on SQLite: one writer at a time commits in order, so a position is the last log id."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

# AUTOINCREMENT, or trimming would let an id be used twice.
CREATE = [
    """
    CREATE TABLE cqrs_change_log (
        id integer PRIMARY KEY AUTOINCREMENT,
        stream text NOT NULL,
        key text,
        logged_at text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now'))
    )
    """
]
DROP = ["DROP TABLE cqrs_change_log"]

TRIMMED = (
    "CREATE TABLE cqrs_change_log_trimmed (one integer PRIMARY KEY CHECK (one = 1), behind integer NOT NULL)"
)
TRIMMED_BEYOND = "EXISTS (SELECT 1 FROM cqrs_change_log_trimmed WHERE behind > %s)"

PLACES = "(SELECT value FROM json_each(%s))"


def create_statements(cursor: Any) -> list[str]:
    return CREATE


def drop_statements(cursor: Any) -> list[str]:
    return DROP


def create_trimmed_statements(cursor: Any) -> list[str]:
    return [TRIMMED]


def drop_trimmed_statements(cursor: Any) -> list[str]:
    return ["DROP TABLE cqrs_change_log_trimmed"]


def now(cursor: Any) -> str:
    cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'cqrs_change_log'")
    return str(cursor.fetchone()[0])


def source(cursor: Any) -> tuple[str, int]:
    """Nothing to tell apart, nothing lost: a copied file carries its change log with it, and a row-level trigger
    that cannot log fails with its statement.
    """
    return "sqlite", 0


def window(cursor: Any, since: str, until: str, streams: Sequence[str]) -> list[tuple[str, list[str] | None]]:
    cursor.execute(
        f"SELECT DISTINCT stream, key FROM cqrs_change_log WHERE id > %s AND id <= %s AND stream IN {PLACES} "
        f"UNION ALL SELECT value, NULL FROM json_each(%s) WHERE {TRIMMED_BEYOND}",
        [int(since), int(until), _json(streams), _json(streams), int(since)],
    )
    return [(stream, None if key is None else [key]) for stream, key in cursor.fetchall()]


def pending(cursor: Any, since: str, streams: Sequence[str]) -> tuple[int, datetime | None]:
    cursor.execute(
        f"SELECT count(*), min(logged_at) FROM cqrs_change_log WHERE id > %s AND stream IN {PLACES}",
        [int(since), _json(streams)],
    )
    count, oldest = cursor.fetchone()
    return count, datetime.fromisoformat(oldest).replace(tzinfo=UTC) if oldest else None


def probe(cursor: Any, since: str, streams: Sequence[str]) -> tuple[str, int, bool]:
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM cqrs_change_log WHERE id > %s AND stream IN {PLACES}) OR {TRIMMED_BEYOND}",
        [int(since), _json(streams), int(since)],
    )
    return (*source(cursor), bool(cursor.fetchone()[0]))


def log_everything(cursor: Any, streams: Sequence[str]) -> None:
    cursor.execute(
        "INSERT INTO cqrs_change_log (stream, key) SELECT value, NULL FROM json_each(%s)", [_json(streams)]
    )


def _json(streams: Sequence[str]) -> str:
    return json.dumps(list(streams))


def forget_own(cursor: Any, streams: Sequence[str]) -> None:
    """Nothing is to be deleted: a transaction's own rows are below the position that it takes."""
