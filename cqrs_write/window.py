"""A window of any size, looked at in bounded memory: read whole where it is small, else in two parts.

The newest small changes are read; the bulk of the rest stays in the database, as a query that yields it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from cqrs_write.backends import load
from cqrs_write.changelog import Source, Window


@dataclass(frozen=True, kw_only=True)
class Look:
    """What lies between a position and now. ``window`` is None where it has more keys than were asked for."""

    source: Source
    until: str
    window: Window | None


@dataclass(frozen=True, kw_only=True)
class Newest:
    """The newest changes of few keys. ``mark`` is the moment, as the database writes it, since which they are whole."""

    window: Window
    mark: Any


def look(using: str, since: str, streams: Sequence[str], limit: int) -> Look:
    """What is visible now on ``streams`` and was not at ``since``, if it has at most ``limit`` keys.

    One round trip. A transaction does not see its own changes.
    """
    backend = load("cqrs_write", "window", using)
    with connections[using].cursor() as cursor:
        until, origin, lost, rows = backend.look(cursor, since, streams, limit)
    window = None if rows is None else _window(until, rows)
    return Look(source=Source(origin=origin, lost=lost), until=until, window=window)


def everything(using: str, since: str, until: str | None, streams: Sequence[str]) -> frozenset[str]:
    """The streams of which all keys may have changed between two positions, the second being now if it is None.

    Where the log was trimmed beyond the first, these are all of them.
    """
    with connections[using].cursor() as cursor:
        return frozenset(load("cqrs_write", "window", using).everything(cursor, since, until, streams))


def newest(using: str, since: str, until: str, streams: Sequence[str], limit: int) -> Newest:
    """The newest changes between two positions, those of many keys in one left out.

    Args:
        limit: keys, at most.
    """
    backend = load("cqrs_write", "window", using)
    with connections[using].cursor() as cursor:
        rows = backend.newest(cursor, since, until, streams, limit)
    taken = [(stream, keys) for stream, keys, _ in rows]
    return Newest(window=_window(until, taken), mark=rows[-1][2] if rows else None)


def bulk(
    using: str, since: str, until: str, streams: Sequence[str], mark: Any, size: int
) -> tuple[str, list[Any]]:
    """SQL that yields all that :func:`newest` has left: ``stream``, ``keys`` and ``logged_at``.

    Changes of the very moment ``mark`` are yielded as well.

    Args:
        size: keys in one row, at most.
    """
    sql, params = load("cqrs_write", "window", using).bulk(since, until, streams, mark, size)
    return str(sql), list(params)


def moment(using: str, value: Any) -> datetime:
    """A ``logged_at`` of :func:`bulk` as the database gave it, aware."""
    found: datetime = load("cqrs_write", "window", using).moment(value)
    return found


def keys_in(using: str, since: str, stream: str) -> tuple[str, list[Any]]:
    """SQL that yields each key, ``k``, that was logged on ``stream`` since a position, perhaps several times."""
    sql, params = load("cqrs_write", "window", using).keys_in(since, stream)
    return str(sql), list(params)


def waiting(using: str, positions: Sequence[tuple[str, str, Sequence[str]]]) -> tuple[Source, frozenset[str]]:
    """Which of many readers of the change log have something to read, in one round trip.

    Args:
        positions: of each reader a name, its position and its streams.
    """
    with connections[using].cursor() as cursor:
        origin, lost, names = load("cqrs_write", "window", using).waiting(cursor, positions)
    return Source(origin=origin, lost=lost), frozenset(names)


def _window(until: str, rows: Sequence[tuple[str, list[str] | None]]) -> Window:
    keys: dict[str, set[str]] = {}
    for stream, found in rows:
        if found is not None:
            keys.setdefault(stream, set()).update(found)
    return Window(
        until=until,
        keys={stream: frozenset(found) for stream, found in keys.items()},
        everything=frozenset(stream for stream, found in rows if found is None),
    )
