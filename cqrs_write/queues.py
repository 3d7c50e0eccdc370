"""Queues: how much of the command log each has before it, and which of them need waking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.utils import timezone

from cqrs_write import wakeup
from cqrs_write.definition.registry import registry
from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING, State

LOST_AFTER = timedelta(seconds=2)
"""Who has marked a command for so long may be gone; a worker shall look."""

COUNT_LIMIT = 10_000
"""Counting stops here: a number this high means "at least"."""


@dataclass(frozen=True, kw_only=True)
class QueueStatus:
    """One queue: commands waiting, running, retrying and dead (each counted up to COUNT_LIMIT), the oldest's age."""

    queue: str
    waiting: int
    running: int
    retrying: int
    dead: int
    oldest_seconds: float | None


def queue_status(using: str = DEFAULT_DB_ALIAS) -> list[QueueStatus]:
    """The status of every queue that a handler names or that the log of ``using`` still has something for."""
    names = {handler.queue for handler in registry} | set(unfinished_queues(using))
    return [_status(name, using) for name in sorted(names)]


def unfinished_queues(using: str) -> list[str]:
    """The queues with a pending or dead command, found by hopping from one to the next in the index."""
    found: list[str] = []
    commands = _unfinished(using).order_by("queue").values_list("queue", flat=True)
    queue = commands.first()
    while queue is not None:
        found.append(queue)
        queue = commands.filter(queue__gt=queue).first()
    return found


def runnable_queues(using: str) -> list[str]:
    """The queues with a command whose time has come."""
    return [queue for queue in unfinished_queues(using) if _is_runnable(queue, using)]


def wake_runnable(using: str) -> list[str]:
    """Wake the workers of every queue with a command whose time has come: what the sweep does.

    A wake-up may have been lost with the broker, with the process that owed it, or with a worker; and nobody
    sends one when a retry falls due.
    """
    queues = runnable_queues(using)
    for queue in queues:
        wakeup.wake(queue, using)
    return queues


def _status(queue: str, using: str) -> QueueStatus:
    return QueueStatus(
        queue=queue,
        waiting=_count(queue, State.ACCEPTED, using),
        running=_count(queue, State.RUNNING, using),
        retrying=_count(queue, State.RETRYING, using),
        dead=_count(queue, State.DEAD, using),
        oldest_seconds=_oldest_seconds(queue, using),
    )


def _count(queue: str, state: State, using: str) -> int:
    return _unfinished(using).filter(queue=queue, state=state).order_by()[:COUNT_LIMIT].count()


def _oldest_seconds(queue: str, using: str) -> float | None:
    firsts = (_first_accepted_at(queue, state, using) for state in PENDING)
    ages = [(timezone.now() - first).total_seconds() for first in firsts if first is not None]
    return max(ages, default=None)


def _first_accepted_at(queue: str, state: State, using: str) -> datetime | None:
    """When the oldest command in ``state`` was accepted.

    A range of one value instead of an equality: with a constant state the planner may prefer the primary key
    for the order, and walk through every finished command of the log.
    """
    commands = _unfinished(using).filter(queue=queue, state__gte=state, state__lte=state)
    return commands.order_by("state", "id").values_list("accepted_at", flat=True).first()


def _is_runnable(queue: str, using: str) -> bool:
    now = timezone.now()
    pending = _unfinished(using).filter(queue=queue)
    if pending.filter(state=State.ACCEPTED).exists():
        return True
    if pending.filter(state=State.RETRYING, not_before__lte=now).exists():
        return True
    return pending.filter(state=State.RUNNING, marked_at__lte=now - LOST_AFTER).exists()


def _unfinished(using: str) -> "QuerySet[LoggedCommand]":
    """The rows of the index ``cqrs_command_unfinished``, by the condition it was made with."""
    return LoggedCommand.objects.using(using).filter(state__in=[*PENDING, State.DEAD])
