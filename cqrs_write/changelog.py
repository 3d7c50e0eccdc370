"""The change log: which keys of which table changed, written by triggers in the writer's own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connections

from cqrs_write.backends import load

TABLE = "cqrs_change_log"
TABLES = (TABLE, "cqrs_change_log_trimmed")
"""Ours without a Django model."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """What was logged between two positions.

    ``keys`` has the changed keys by stream, as text; ``everything`` the streams of which all keys may have
    changed.
    """

    until: str
    keys: Mapping[str, frozenset[str]]
    everything: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.keys or self.everything)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Which change log this is, and whether it is complete.

    ``origin`` names the database that positions belong to: it changes with a restore or a failover. ``lost``
    grows whenever a change could not be logged at all, and survives rollbacks.
    """

    origin: str
    lost: int


@dataclass(frozen=True, kw_only=True)
class Pending:
    """How many log rows a position has not seen yet, and when the oldest of them was written."""

    rows: int
    oldest: datetime | None


def exists(using: str) -> bool:
    """Whether the alias ``using`` has a change log.

    Raises:
        CqrsError: if there is no such alias, or the toolkit does not know its database.
    """
    load("cqrs_write", "changelog", using)
    with connections[using].cursor() as cursor:
        return TABLE in connections[using].introspection.table_names(cursor)


def now(using: str) -> str:
    """The position that has seen everything committed by now. Never ask a standby."""
    with connections[using].cursor() as cursor:
        return str(load("cqrs_write", "changelog", using).now(cursor))


def source(using: str) -> Source:
    """The change log of the alias ``using``, as it is now."""
    backend = load("cqrs_write", "changelog", using)
    with connections[using].cursor() as cursor:
        origin, lost = backend.source(cursor)
    return Source(origin=origin, lost=lost)


def window(using: str, since: str, streams: Sequence[str]) -> Window:
    """Everything on ``streams`` that is visible now and was not at the position ``since``.

    Where the log was trimmed beyond the position, that is "everything" of every stream. A transaction does not see
    its own changes here: they get their place when it commits.
    """
    backend = load("cqrs_write", "changelog", using)
    with connections[using].cursor() as cursor:
        until = backend.now(cursor)
        rows = backend.window(cursor, since, until, streams)
    keys: dict[str, set[str]] = {}
    for stream, found in rows:
        if found is not None:
            keys.setdefault(stream, set()).update(found)
    return Window(
        until=until,
        keys={stream: frozenset(found) for stream, found in keys.items()},
        everything=frozenset(stream for stream, found in rows if found is None),
    )


def pending(using: str, since: str, streams: Sequence[str]) -> Pending:
    """What :func:`window` would return, counted."""
    with connections[using].cursor() as cursor:
        rows, oldest = load("cqrs_write", "changelog", using).pending(cursor, since, streams)
    return Pending(rows=rows, oldest=oldest)


def probe(using: str, since: str, streams: Sequence[str]) -> tuple[Source, bool]:
    """The change log as it is now, and whether :func:`window` would return anything: one round trip."""
    with connections[using].cursor() as cursor:
        origin, lost, waiting = load("cqrs_write", "changelog", using).probe(cursor, since, streams)
    return Source(origin=origin, lost=lost), waiting


def log_everything(using: str, streams: Iterable[str]) -> None:
    """Say of ``streams`` that every key may have changed."""
    if listed := list(streams):
        with connections[using].cursor() as cursor:
            load("cqrs_write", "changelog", using).log_everything(cursor, listed)


def forget_own(using: str, streams: Sequence[str]) -> None:
    """Delete what the open transaction itself has logged on ``streams``."""
    with connections[using].cursor() as cursor:
        load("cqrs_write", "changelog", using).forget_own(cursor, streams)
