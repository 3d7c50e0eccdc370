"""Operations: what people do with accepted commands."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cqrs_write import wakeup
from cqrs_write.definition.registry import registry
from cqrs_write.definition.sensitive import redacted
from cqrs_write.models import IdempotentAnswer, LoggedCommand
from cqrs_write.state import SETTLED, State, origins

PURGED_AT_ONCE = 1000
"""Rows deleted in one transaction."""


def retry(
    uuids: Iterable[UUID], *, using: str = DEFAULT_DB_ALIAS, dry_run: bool = False
) -> list[LoggedCommand]:
    """Accept dead commands once more, with all their attempts; return those that were dead, as they were.

    Each keeps its place in the order of its lane; what has passed it meanwhile stays done.
    """
    with transaction.atomic(using=using):
        commands = _movable(uuids, [State.DEAD], using)
        if not dry_run:
            _of(commands, using).update(
                state=State.ACCEPTED,
                attempts=0,
                lost=0,
                not_before=None,
                finished_at=None,
                result=None,
                error="",
                traceback="",
            )
            _wake_on_commit({command.queue for command in commands}, using)
    return commands


def discard(
    uuids: Iterable[UUID], *, using: str = DEFAULT_DB_ALIAS, dry_run: bool = False
) -> list[LoggedCommand]:
    """Give dead commands up for good, their error kept; return those that were dead, as they were.

    A lane that one of them held goes on.
    """
    return _settle(uuids, State.DISCARDED, using, dry_run)


def cancel(
    uuids: Iterable[UUID], *, using: str = DEFAULT_DB_ALIAS, dry_run: bool = False
) -> list[LoggedCommand]:
    """Call off commands that wait, for their first attempt or for another; return these, as they were.

    One that is being executed is executed to its end.
    """
    return _settle(uuids, State.CANCELLED, using, dry_run)


def purge(*, using: str = DEFAULT_DB_ALIAS, now: datetime | None = None) -> int:
    """Delete settled commands whose retention is over, and idempotent answers that have expired.

    A thousand in a transaction; dead commands stay until somebody decides.

    Returns:
        How many commands were deleted.
    """
    now = now or timezone.now()
    deleted = 0
    while count := _delete_some(_expired(using, now)):
        deleted += count
    while _delete_some(IdempotentAnswer.objects.using(using).filter(expires_at__lte=now)):
        pass
    return deleted


def purgeable(*, using: str = DEFAULT_DB_ALIAS, now: datetime | None = None) -> int:
    """How many commands :func:`purge` would delete."""
    return _expired(using, now or timezone.now()).count()


def _settle(uuids: Iterable[UUID], target: State, using: str, dry_run: bool) -> list[LoggedCommand]:
    with transaction.atomic(using=using):
        commands = _movable(uuids, origins(target), using)
        if not dry_run:
            for command in commands:
                _of([command], using).update(**_settled(command, target))
            _wake_on_commit({command.queue for command in commands}, using)
    return commands


def _settled(command: LoggedCommand, target: State) -> dict[str, object]:
    now = timezone.now()
    values: dict[str, object] = {
        "state": target,
        "finished_at": now,
        "expires_at": now + registry.retention_of(command.name),
    }
    if (handler := registry.known(command.name)) and handler.sensitive:
        values["payload"] = redacted(command.payload, handler.sensitive)
    return values


def _movable(uuids: Iterable[UUID], states: list[State], using: str) -> list[LoggedCommand]:
    commands = LoggedCommand.objects.using(using).filter(uuid__in=list(uuids), state__in=states)
    return list(commands.order_by("id").select_for_update())


def _of(commands: list[LoggedCommand], using: str) -> "QuerySet[LoggedCommand]":
    return LoggedCommand.objects.using(using).filter(pk__in=[command.pk for command in commands])


def _expired(using: str, now: datetime) -> "QuerySet[LoggedCommand]":
    return LoggedCommand.objects.using(using).filter(expires_at__lte=now, state__in=SETTLED)


def _delete_some(rows: "QuerySet[LoggedCommand] | QuerySet[IdempotentAnswer]") -> int:
    some = list(rows.order_by("expires_at").values_list("pk", flat=True)[:PURGED_AT_ONCE])
    return rows.model.objects.using(rows.db).filter(pk__in=some).delete()[0]


def _wake_on_commit(queues: set[str], using: str) -> None:
    for queue in sorted(queues):
        transaction.on_commit(partial(wakeup.wake, queue, using), using=using, robust=True)
