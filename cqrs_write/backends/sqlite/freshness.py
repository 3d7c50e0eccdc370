"""Freshness on SQLite: one writer at a time commits in order, so the number of a token is one above the last log id."""

import json
from collections.abc import Sequence
from typing import Any

from cqrs_write.backends.sqlite.changelog import PLACES, TRIMMED_BEYOND, now, source
from cqrs_write.backends.sqlite.window import LAST

UNREAD = f"EXISTS (SELECT 1 FROM cqrs_change_log WHERE id > %s AND id < %s AND stream IN {PLACES})"


def mark(cursor: Any) -> tuple[str, int] | None:
    """The origin, and the number of now."""
    origin, _ = source(cursor)
    return origin, int(now(cursor)) + 1


def has_seen(position: str, number: int) -> bool:
    return int(position) >= number - 1


def bounded(position: str, number: int) -> str:
    return str(min(int(position), number - 1))


def unread(cursor: Any, readers: Sequence[Any]) -> tuple[str, int, int, str, list[bool], list[bool]]:
    """Origin, lost changes, number and position of now; of each reader whether it has something to read, or had."""
    columns, params = list[str](), list[Any]()
    for reader in readers:
        columns.append(" OR ".join([UNREAD] * len(reader.streams)))
        for names, number in reader.streams:
            params += [int(reader.position), LAST if number is None else number, json.dumps(list(names))]
    for reader in readers:
        columns.append(TRIMMED_BEYOND)
        params.append(int(reader.position))
    cursor.execute(
        "SELECT (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'cqrs_change_log'), "
        + ", ".join(columns),
        params,
    )
    until, *found = cursor.fetchone()
    flags = [bool(value) for value in found]
    origin, lost = source(cursor)
    return origin, lost, until + 1, str(until), flags[: len(readers)], flags[len(readers) :]
