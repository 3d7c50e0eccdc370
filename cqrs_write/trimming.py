"""Trimming: the change log keeps what its slowest follower has not seen, but never grows beyond its cap."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, OperationalError, connections, transaction

from cqrs_write import changelog
from cqrs_write.backends import load
from cqrs_write.conf import settings
from cqrs_write.follower import Follower, followers

logger = logging.getLogger(__name__)

BATCH = 5000
"""Rows deleted in one transaction."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much a change log holds: ``rows`` is the database's estimate, ``bytes`` is exact above half the cap."""

    using: str
    rows: int
    bytes: int
    oldest: datetime | None
    share: float
    """Of the cap, CQRS_WRITE["CHANGE_LOG_MAX_BYTES"]: 1.0 is full."""


@dataclass(frozen=True, kw_only=True)
class Trimmed:
    """What a trim did: ``rows`` deleted, the ``slowest`` of those who were followed, and whom it gave up."""

    using: str
    rows: int
    slowest: str
    given_up: tuple[str, ...] = ()


def size(using: str) -> Size:
    """The size of the change log of the alias ``using``.

    Raises:
        OperationalError: if somebody keeps the log locked: whoever would wait for it makes writers wait too.
    """
    backend, cap = load("cqrs_write", "trimming", using), settings().change_log_max_bytes
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        load("cqrs_write", "locks", using).limit_wait(cursor)
        rows, bytes_, oldest = backend.size(cursor)
        if bytes_ > cap / 2:
            bytes_ = backend.used_bytes(cursor)
    return Size(using=using, rows=rows, bytes=bytes_, oldest=oldest, share=bytes_ / cap)


def holds_rows(using: str) -> bool:
    """Whether the change log of the alias ``using`` has a row; one that is locked is not waited for."""
    locks = load("cqrs_write", "locks", using)
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            locks.limit_wait(cursor)
            cursor.execute(f"SELECT 1 FROM {changelog.TABLE} LIMIT 1")
            return cursor.fetchone() is not None
    except OperationalError as error:
        if not locks.is_timeout(error):
            raise
        return False


def trim(using: str, *, dry_run: bool = False) -> Trimmed:
    """Delete what every follower of the change log of the alias ``using`` has seen.

    Above the cap, those who are furthest behind are given up, one by one until the log fits: they are told, and
    their next window is "everything". Deletes in transactions of a few thousand rows and waits for no lock: call it
    outside a transaction.

    Args:
        dry_run: only count what would be deleted, and name who would be given up first.
    """
    following = _following(using)
    slowest = _slowest(using, following)
    name, full = slowest.name if slowest else "", _is_full(using)
    if dry_run:
        rows, given_up = _count_seen(using, following), [name] if slowest and full else []
        return Trimmed(using=using, rows=rows, slowest=name, given_up=tuple(given_up))
    rows, given_up = _delete_seen(using, following), []
    while (lost := _slowest(using, following)) and _is_full(using):
        # Told first: then nothing it consumes afterwards makes it seem complete.
        _give_up(using, lost)
        following.remove(lost)
        rows += _delete_seen(using, following)
        given_up.append(lost.name)
    return Trimmed(using=using, rows=rows, slowest=name, given_up=tuple(given_up))


def _is_full(using: str) -> bool:
    """Whether the log exceeds its cap; a log that is locked is left for the next time."""
    try:
        return size(using).share > 1
    except OperationalError as error:
        if not load("cqrs_write", "locks", using).is_timeout(error):
            raise
        return False


def _following(using: str) -> list[Follower]:
    """Those whose position means something here; one that cannot be told may."""
    origin = changelog.source(using).origin
    return [one for one in followers(using) if one.position is None or one.origin == origin]


def _slowest(using: str, following: Sequence[Follower]) -> Follower | None:
    """Who has seen least: one whose position cannot be told, else the one with the earliest."""
    positions = [one.position for one in following if one.position is not None]
    if len(positions) < len(following):
        return next(one for one in following if one.position is None)
    if not following:
        return None
    with connections[using].cursor() as cursor:
        earliest = load("cqrs_write", "trimming", using).earliest(cursor, positions)
    return next(one for one in following if one.position == earliest)


def _seen_by_all(using: str, following: Sequence[Follower]) -> str | None:
    """The position up to which nobody needs the log. None if that cannot be told."""
    slowest = _slowest(using, following)
    # With no follower nobody needs anything: whoever begins takes a position then.
    return slowest.position if slowest else changelog.now(using)


def _count_seen(using: str, following: Sequence[Follower]) -> int:
    if (behind := _seen_by_all(using, following)) is None:
        return 0
    with connections[using].cursor() as cursor:
        return int(load("cqrs_write", "trimming", using).count_seen(cursor, behind))


def _delete_seen(using: str, following: Sequence[Follower]) -> int:
    """Batch after batch, until nothing is left or someone else is at it. Returns rows deleted."""
    deleted, start = 0, ""
    if (behind := _seen_by_all(using, following)) is None:
        return 0
    while batch := _delete_batch(using, behind, start):
        rows, start = batch
        deleted += rows
        if rows < BATCH:
            break
    return deleted


def _delete_batch(using: str, behind: str, start: str) -> tuple[int, str] | None:
    backend, locks = load("cqrs_write", "trimming", using), load("cqrs_write", "locks", using)
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            locks.limit_wait(cursor)
            batch: tuple[int, str] | None = backend.delete_batch(cursor, behind, start, BATCH)
        return batch
    except OperationalError as error:
        if not locks.is_timeout(error):
            raise
        return None


def _give_up(using: str, lost: Follower) -> None:
    cap = settings().change_log_max_bytes
    reason = f"The change log of '{using}' is fuller than CQRS_WRITE['CHANGE_LOG_MAX_BYTES'] = {cap} allows"
    logger.warning("%s: giving up %s, the furthest behind; it will be repaired.", reason, lost.name)
    try:
        lost.give_up(reason)
    except DatabaseError as error:
        # Its database is away. Whatever happens, its next window will be "everything".
        logger.warning("cannot tell %s: %s", lost.name, error)
