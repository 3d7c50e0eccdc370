"""Dead commands: what a person may do with them."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cqrs_write import wakeup
from cqrs_write.models import LoggedCommand
from cqrs_write.state import State, origins


def retry(
    uuids: Iterable[UUID], *, using: str = DEFAULT_DB_ALIAS, dry_run: bool = False
) -> list[LoggedCommand]:
    """Accept dead commands once more, with all their attempts; return those that were dead, as they were.

    Each keeps its place in the order of its lane; what has passed it meanwhile stays done.
    """
    with transaction.atomic(using=using):
        commands = _movable(uuids, State.ACCEPTED, using)
        if not dry_run:
            _of(commands, using).update(
                state=State.ACCEPTED, attempts=0, not_before=None, finished_at=None, error="", traceback=""
            )
            _wake_on_commit({command.queue for command in commands}, using)
    return commands


def discard(
    uuids: Iterable[UUID], *, using: str = DEFAULT_DB_ALIAS, dry_run: bool = False
) -> list[LoggedCommand]:
    """Give dead commands up for good, their error kept; return those that were dead, as they were.

    A lane that one of them held goes on.
    """
    with transaction.atomic(using=using):
        commands = _movable(uuids, State.DISCARDED, using)
        if not dry_run:
            _of(commands, using).update(state=State.DISCARDED, finished_at=timezone.now())
            _wake_on_commit({command.queue for command in commands if command.holds_lane}, using)
    return commands


def _movable(uuids: Iterable[UUID], target: State, using: str) -> list[LoggedCommand]:
    commands = LoggedCommand.objects.using(using).filter(uuid__in=list(uuids), state__in=origins(target))
    return list(commands.order_by("id").select_for_update())


def _of(commands: list[LoggedCommand], using: str) -> "QuerySet[LoggedCommand]":
    return LoggedCommand.objects.using(using).filter(pk__in=[command.pk for command in commands])


def _wake_on_commit(queues: set[str], using: str) -> None:
    for queue in sorted(queues):
        transaction.on_commit(partial(wakeup.wake, queue, using), using=using, robust=True)
