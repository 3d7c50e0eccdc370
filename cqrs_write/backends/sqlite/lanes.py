"""Lanes on SQLite: one writer at a time, so whoever may write has every lane."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import F
from django.utils import timezone

from cqrs_write.models import LoggedCommand
from cqrs_write.state import WAITING, State

Ended = tuple[int, bool, str, datetime | None]

# The columns beside min(id) are those of its row: https://sqlite.org/lang_select.html#bareagg
RUNNABLE = """
SELECT * FROM cqrs_command_log WHERE id IN (
    SELECT id FROM (
        SELECT lane_key, min(id) AS id, state, not_before, marked_at FROM cqrs_command_log
         WHERE open AND queue = %s AND priority = %s AND lane_key BETWEEN %s AND %s
         GROUP BY lane_key)
     WHERE state IN ('accepted', 'retrying') AND (not_before IS NULL OR not_before <= %s)
        OR state = 'running' AND marked_at < %s
     ORDER BY lane_key LIMIT %s)
 ORDER BY lane_key
"""
ABANDONED_AFTER = timedelta(seconds=1)

# Changes no row, but takes the write lock, waiting for it as long as the connection's timeout allows. A
# transaction that began by reading would fail at once instead when another one has written meanwhile.
LOCK = "UPDATE cqrs_command_log SET state = state WHERE id = 0"

PASSING_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def priorities(using: str, queue: str) -> list[int]:
    """The priorities of the queue's open commands, the highest first."""
    commands = LoggedCommand.objects.using(using).filter(open=True, queue=queue).order_by("-priority")
    return list(commands.values_list("priority", flat=True).distinct())


def runnable(
    using: str, queue: str, priority: int, low: int, high: int, now: datetime, limit: int
) -> list[LoggedCommand]:
    """The heads of up to ``limit`` lanes, of keys ``low`` to ``high``, that may run ``now`` or were marked long ago."""
    adapt = connections[using].ops.adapt_datetimefield_value
    params = [queue, priority, low, high, adapt(now), adapt(timezone.now() - ABANDONED_AFTER), limit]
    return list(LoggedCommand.objects.using(using).raw(RUNNABLE, params))


def firsts(using: str, queue: str, priority: int, keys: Sequence[int], limit: int) -> list[LoggedCommand]:
    """Up to ``limit`` open commands of each lane, in order."""
    open_ones = LoggedCommand.objects.using(using).filter(open=True, queue=queue, priority=priority)
    return [row for key in keys for row in open_ones.filter(lane_key=key).order_by("id")[:limit]]


def mark(using: str, worker: str, runs: Iterable[Any]) -> set[int]:
    """Mark the heads of ``runs`` as taken by ``worker``; returns the ids of those that nobody else has."""
    now = timezone.now()
    return {run.head.id for run in runs if _mark(using, worker, run, now)}


def _mark(using: str, worker: str, run: Any, now: datetime) -> bool:
    head = LoggedCommand.objects.using(using).filter(
        pk=run.head.id, state__in=WAITING, attempts=run.head.attempts
    )
    marked = head.update(state=State.RUNNING, worker=worker, marked_at=now, marked_to=run.rows[-1].id)
    return marked == 1


def hold(using: str, worker: str, keys: Mapping[int, int], seconds: float) -> set[int]:
    """Take every lane until the transaction ends; returns the ids of heads that ``worker`` has marked."""
    lock(using, 0)
    marked = LoggedCommand.objects.using(using).filter(pk__in=keys, state=State.RUNNING, worker=worker)
    return set(marked.values_list("pk", flat=True))


def turn_over(
    using: str, worker: str, now: datetime, rows: Sequence[Ended], runs: Sequence[Any]
) -> tuple[int, set[int]]:
    """Settle commands as done: (id, whether it bears the mark, result as JSON, when it may be purged); mark ``runs``.

    Returns:
        How many of the commands were as ``worker`` had left them, and as :func:`mark`.
    """
    return done(using, worker, now, rows), mark(using, worker, runs)


def done(using: str, worker: str, now: datetime, rows: Sequence[Ended]) -> int:
    """Settle commands as done; returns how many were as ``worker`` had left them."""
    log = LoggedCommand.objects.using(using)
    settled = 0
    for pk, is_head, result, expires in rows:
        as_left = {"state": State.RUNNING, "worker": worker} if is_head else {"state__in": WAITING}
        settled += log.filter(pk=pk, **as_left).update(
            state=State.DONE,
            attempts=F("attempts") + 1,
            result=json.loads(result),
            finished_at=now,
            expires_at=expires,
            error="",
            traceback="",
        )
    return settled


def lock(using: str, lane_key: int) -> bool:
    """Take every lane until the transaction ends, waiting for the worker that has them."""
    with connections[using].cursor() as cursor:
        cursor.execute(LOCK)
    return True


def lock_acceptance(using: str, lane_key: int) -> None:
    """Nothing: whoever writes is alone, until it has committed."""


def has_lost_transaction(using: str) -> bool:
    """Never: a statement that fails leaves the others of its transaction."""
    return False


def is_lost_transaction(error: BaseException) -> bool:
    """Whether a statement failed because one before it had, which nobody has said."""
    return True


def misconfigured(using: str) -> str | None:
    """What is wrong with the settings of the alias, if anything is."""
    mode = connections[using].settings_dict.get("OPTIONS", {}).get("transaction_mode")
    if mode in ("IMMEDIATE", "EXCLUSIVE"):
        return None
    return (
        f"Transactions of the SQLite database '{using}' that read first and write later fail when another "
        'one writes meanwhile. Set its OPTIONS to {"transaction_mode": "IMMEDIATE"}.'
    )


def is_passing(error: BaseException) -> bool:
    """Whether the database itself, not the command, was the reason: the same attempt may succeed later."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, sqlite3.OperationalError):
        cause = cause.__cause__
    return cause is not None and cause.sqlite_errorcode & 0xFF in PASSING_CODES
