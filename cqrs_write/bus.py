"""The bus: hand a command in, to be executed now or later."""

import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from cqrs_write import trace, wakeup
from cqrs_write.actor import actor_key, actor_text
from cqrs_write.backends import load
from cqrs_write.definition.command import Command, validated
from cqrs_write.definition.context import BatchContext, Context
from cqrs_write.definition.handler import Handler
from cqrs_write.definition.lane import lane_key, lane_of
from cqrs_write.definition.registry import registry
from cqrs_write.exceptions import HiddenDatabaseError, hidden
from cqrs_write.models import LoggedCommand
from cqrs_write.report import Report, log
from cqrs_write.state import State

AT_ONCE = 1000
"""Rows of the command log in one INSERT."""


def dispatch(command: Command, *, actor: Any = None, using: str = DEFAULT_DB_ALIAS) -> Any:
    """Execute the command now, in one transaction (or the caller's); return the handler's result.

    Nothing is written to the command log and nothing is retried. The command does not wait for accepted ones
    of its lane. Permissions are the caller's business, as they are in a service function.

    Args:
        command: what to do.
        actor: the user who asks, or the user's key.
        using: the database alias to write to.

    Raises:
        InvalidCommand: if a field is not of its declared type.
        ConfigurationError: if the command has no handler.
        HiddenDatabaseError: if the handler caught a database error, and the transaction was lost with it.
        Exception: whatever the handler raises; nothing took effect then.
    """
    handler = registry.of(type(command))
    command, _ = validated(command)
    command_id = uuid.uuid4()
    lane = lane_of(handler, command, command_id)
    caused = _trace()
    context = Context(
        command_id=command_id,
        actor=actor_key(actor_text(actor)),
        attempt=1,
        accepted_at=timezone.now(),
        using=using,
        trace=caused,
    )
    started = time.monotonic()
    with trace.within(caused.child(command_id, actor=actor_text(actor))), transaction.atomic(using=using):
        if handler.batch:
            results = handler.function([command], BatchContext(using=using, contexts=(context,)))
            result = results[0] if results else None
        else:
            result = handler.function(command, context)
        if load("cqrs_write", "lanes", using).has_lost_transaction(using):
            raise HiddenDatabaseError(hidden(handler.place))
    log(
        Report(
            command=handler.name,
            command_id=command_id,
            queue="",
            lane=lane,
            attempt=1,
            state=State.DONE,
            wait_ms=0.0,
            run_ms=round((time.monotonic() - started) * 1000, 1),
            trace_id=caused.trace_id,
            correlation_id=caused.correlation_id,
        )
    )
    return result


def accept(command: Command, *, actor: Any = None, using: str = DEFAULT_DB_ALIAS) -> LoggedCommand:
    """Write the command to the command log, in the caller's transaction, to be executed after it.

    A worker is woken on commit, by a thread of its own: a broker that is away or hangs neither delays nor
    fails the caller. The row is what counts; the sweep finds it if no wake-up arrives.

    Args:
        command: what to do.
        actor: the user who asks, or the user's key.
        using: the database alias that the handler writes to; its command log keeps the row.

    Raises:
        InvalidCommand: if a field is not of its declared type or cannot be stored, or the lane's text is not fit.
        ConfigurationError: if the command has no handler.
    """
    row = logged(command, actor=actor)
    append([row], using=using)
    return row


def accept_all(
    commands: Iterable[Command], *, actor: Any = None, using: str = DEFAULT_DB_ALIAS
) -> list[LoggedCommand]:
    """Accept many commands, in their order, with one INSERT for a thousand. All or none are accepted.

    Args and errors are those of :func:`accept`.
    """
    caused = _trace()
    rows = [logged(command, actor=actor, caused=caused) for command in commands]
    append(rows, using=using)
    return rows


def logged(command: Command, *, actor: Any = None, caused: trace.Trace | None = None) -> LoggedCommand:
    """The row of the command log that stands for ``command``, not yet written.

    Args:
        actor: as for :func:`accept`.
        caused: what the command follows from; the current trace if None.

    Raises:
        InvalidCommand: if a field is not of its declared type or cannot be stored, or the lane's text is not fit.
        ConfigurationError: if the command has no handler.
    """
    handler = registry.of(type(command))
    caused = caused or _trace()
    command, payload = validated(command)
    command_id, now = uuid.uuid4(), timezone.now()
    lane = lane_of(handler, command, command_id)
    return LoggedCommand(
        uuid=command_id,
        name=handler.name,
        version=command.version,
        payload=payload,
        actor=actor_text(actor) or caused.actor,
        queue=handler.queue,
        priority=handler.priority,
        lane=lane,
        lane_key=lane_key(lane, command_id),
        holds_lane=handler.dead == "hold",
        accepted_at=now,
        not_before=now + timedelta(seconds=handler.batch.max_wait) if handler.batch else None,
        traceparent=caused.traceparent,
        tracestate=caused.tracestate,
        correlation_id=caused.correlation_id,
        causation_id=caused.causation_id,
    )


def append(rows: Sequence[LoggedCommand], *, using: str = DEFAULT_DB_ALIAS, hurry: bool = False) -> None:
    """Write what :func:`logged` made to the command log, all or none, and wake workers on commit.

    Args:
        hurry: whether somebody waits for the result.
    """
    handlers = {row.name: registry.named(row.name) for row in rows}
    in_sequence = sorted({row.lane_key for row in rows if row.lane and handlers[row.name].in_sequence})
    # A single statement needs no transaction of its own: two round trips less.
    together = bool(in_sequence) or len(rows) > AT_ONCE
    with transaction.atomic(using=using) if together else nullcontext():
        for key in in_sequence:
            load("cqrs_write", "lanes", using).lock_acceptance(using, key)
        for start in range(0, len(rows), AT_ONCE):
            load("cqrs_write", "acceptance", using).insert(using, rows[start : start + AT_ONCE])
        for handler in handlers.values():
            _wake_on_commit(handler, using, hurry=hurry)


def _trace() -> trace.Trace:
    """What the command follows from; it begins a trace of its own where nothing does."""
    return trace.current() or trace.new()


def _wake_on_commit(handler: Handler, using: str, *, hurry: bool) -> None:
    delay = handler.batch.max_wait if handler.batch else 0.0
    wake = partial(wakeup.wake, handler.queue, using, delay, hurry=hurry)
    transaction.on_commit(wake, using=using, robust=True)
