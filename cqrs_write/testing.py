"""For tests of code that accepts commands or emits events: see them, and execute what was accepted now."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS

from cqrs_write import execution
from cqrs_write.definition.command import Command, load, validated
from cqrs_write.definition.registry import registry
from cqrs_write.definition.versions import upcast
from cqrs_write.models import LoggedCommand, OutboxEvent
from cqrs_write.outbox import Event, payload
from cqrs_write.outbox.event import type_of
from cqrs_write.queues import unfinished_queues
from cqrs_write.state import PENDING, State

E = TypeVar("E", bound=Event)


class CommandsDied(AssertionError):
    """A command that was executed in a test is dead."""


def drain_now(*, using: str = DEFAULT_DB_ALIAS, allow_dead: bool = False) -> list[LoggedCommand]:
    """Execute every accepted command whose time has come, here and now; return them, oldest first.

    Commands that are executed in batches do not wait for others.

    Works within ``TestCase``. What a handler gives to ``context.on_commit`` runs there only inside
    ``captureOnCommitCallbacks(execute=True)``, as with any transaction.

    Raises:
        CommandsDied: with the errors, if one became dead and ``allow_dead`` is False.
    """
    log = LoggedCommand.objects.using(using)
    log.filter(state=State.ACCEPTED, not_before__isnull=False).update(not_before=None)
    pending = list(log.filter(state__in=PENDING).values_list("pk", "attempts"))
    for queue in unfinished_queues(using):
        execution.drain(queue, using=using, seconds=float("inf"))
    attempts = dict(pending)
    executed = [row for row in log.order_by("id") if row.attempts > attempts.get(row.pk, row.attempts)]
    dead = [row for row in executed if row.state == State.DEAD]
    if dead and not allow_dead:
        raise CommandsDied("\n".join(f"{row}: {row.error}\n{row.traceback}" for row in dead))
    return executed


def accepted(command_class: type[Command] | None = None, *, using: str = DEFAULT_DB_ALIAS) -> list[Command]:
    """The commands in the log, oldest first, whatever their state; of one class if it is given."""
    rows = LoggedCommand.objects.using(using).order_by("id")
    if command_class is not None:
        rows = rows.filter(name=registry.of(command_class).name)
    return [_read(row) for row in rows]


def assert_accepted(command: Command, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Fail unless an equal command is in the log.

    Raises:
        AssertionError: listing what was accepted.
    """
    expected, _ = validated(command)
    found = accepted(using=using)
    if expected not in found:
        raise AssertionError(f"{expected}\nwas not accepted. Accepted were:\n{_listing(found)}")


def emitted(event_class: type[E], *, using: str = DEFAULT_DB_ALIAS) -> list[E]:
    """The events of a class that are in the outbox, in the order in which they were emitted."""
    rows = OutboxEvent.objects.using(using).filter(
        aggregatetype=event_class.aggregate_type, type=type_of(event_class)
    )
    return [payload.load(event_class, row.payload) for row in rows.order_by("sequence")]


def assert_emitted(event: Event, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Fail unless an equal event is in the outbox.

    Raises:
        AssertionError: listing what was emitted of its class.
    """
    expected, _ = payload.validated(event)
    found = emitted(type(event), using=using)
    if expected not in found:
        raise AssertionError(f"{expected}\nwas not emitted. Of its class were:\n{_listing(found)}")


def _listing(found: Sequence[object]) -> str:
    return "\n".join(f"  {one}" for one in found) or "  nothing"


def _read(row: LoggedCommand) -> Command:
    command = registry.named(row.name).command
    return load(command, upcast(command, row.payload, row.version))
