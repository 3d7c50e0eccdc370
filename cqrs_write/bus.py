"""The bus: hand a command in, to be executed now or later."""

import time
import uuid
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from cqrs_write import wakeup
from cqrs_write.actor import actor_key, actor_text
from cqrs_write.command import Command, validated
from cqrs_write.handler import Context
from cqrs_write.lane import lane_key, lane_of
from cqrs_write.models import LoggedCommand
from cqrs_write.registry import registry
from cqrs_write.report import Report, log
from cqrs_write.state import State


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
        Exception: whatever the handler raises; nothing took effect then.
    """
    handler = registry.of(type(command))
    command, _ = validated(command)
    lane = lane_of(handler, command)
    context = Context(
        command_id=uuid.uuid4(),
        actor=actor_key(actor_text(actor)),
        attempt=1,
        accepted_at=timezone.now(),
        using=using,
    )
    started = time.monotonic()
    with transaction.atomic(using=using):
        result = handler.function(command, context)
    log(
        Report(
            command=handler.name,
            command_id=context.command_id,
            queue="",
            lane=lane,
            attempt=1,
            state=State.DONE,
            wait_ms=0.0,
            run_ms=round((time.monotonic() - started) * 1000, 1),
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
        InvalidCommand: if a field is not of its declared type.
        ConfigurationError: if the command has no handler.
    """
    handler = registry.of(type(command))
    command, payload = validated(command)
    command_id, lane = uuid.uuid4(), lane_of(handler, command)
    row = LoggedCommand.objects.using(using).create(
        uuid=command_id,
        name=handler.name,
        payload=payload,
        actor=actor_text(actor),
        queue=handler.queue,
        lane=lane,
        lane_key=lane_key(lane, command_id),
        holds_lane=handler.dead == "hold",
    )
    transaction.on_commit(partial(wakeup.wake, handler.queue, using), using=using, robust=True)
    return row
