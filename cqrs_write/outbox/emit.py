"""Emitting: writing events to the outbox, in the transaction of their cause."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from cqrs_write import trace
from cqrs_write.actor import actor_text
from cqrs_write.backends import load
from cqrs_write.exceptions import NotInTransaction
from cqrs_write.models import OutboxEvent
from cqrs_write.outbox.event import Event, type_of
from cqrs_write.outbox.lock import LOCKED_SINGLY, lock_keys
from cqrs_write.outbox.payload import validated
from cqrs_write.outbox.span_context import span_context

AT_ONCE = 1000
"""Rows of the outbox in one INSERT."""


def emit(event: Event, *, actor: Any = None, using: str = DEFAULT_DB_ALIAS, lock: bool = True) -> OutboxEvent:
    """Write the event to the outbox: it is published if, and only if, the caller's transaction is committed.

    Within a handler it follows from the command: trace, correlation, causation and actor are its own. Those of a batch
    follow from its first; ``trace.within(one.trace.child(one.command_id))``, with ``one`` of the ``context.contexts``,
    has what is emitted in the block follow from another.

    Events of one aggregate are numbered in the order of their commits. For that the aggregate is locked until the
    transaction ends: whoever else emits for it waits. Where its writers exclude each other anyway (they run in a lane
    of its own, or lock its row before they emit), ``lock=False`` says so. That is for transactions with thousands of
    aggregates; it saves next to nothing. Who emits for several aggregates at different times may be locked crosswise
    with another who does: the database ends one of the two.

    Args:
        event: what has happened.
        actor: the user who did it, or the user's key; of whoever asked for the command, if not given.
        using: the database alias of the transaction; its outbox keeps the row.
        lock: whether to lock the aggregate, so that the order of its events does not depend on the caller.

    Raises:
        NotInTransaction: outside an atomic block on ``using``.
        InvalidEvent: if a field is not of its declared type.
        ConfigurationError: if the event's class is not as it must be.
    """
    return emit_all([event], actor=actor, using=using, lock=lock)[0]


def emit_all(
    events: Iterable[Event], *, actor: Any = None, using: str = DEFAULT_DB_ALIAS, lock: bool = True
) -> list[OutboxEvent]:
    """Write many events to the outbox, in their order, with one INSERT for a thousand.

    Aggregates are locked in one order, whatever the order of the events, so that two such calls wait for each other
    and never crosswise. Beyond a few hundred aggregates the outbox is locked as a whole: everybody who emits waits.

    Args and errors are those of :func:`emit`.
    """
    if connections[using].get_autocommit():
        raise NotInTransaction(
            f"An event is emitted outside a transaction on '{using}': it could not be committed together with its "
            "cause. Emit it in a handler, with using=context.using, or within transaction.atomic()."
        )
    caused, now = trace.current() or trace.new(), timezone.now()
    by = actor_text(actor) or caused.actor
    rows = [_row(event, caused, by, now) for event in events]
    _insert(rows, lock_keys(rows) if lock else [], using)
    return rows


def _row(event: Event, caused: trace.Trace, actor: str | None, now: datetime) -> OutboxEvent:
    event, payload = validated(event)
    aggregate_type, aggregate_id = event.aggregate
    return OutboxEvent(
        aggregatetype=aggregate_type,
        aggregateid=aggregate_id,
        type=type_of(type(event)),
        payload=payload,
        occurred_at=now,
        actor=actor,
        correlation_id=caused.correlation_id,
        causation_id=caused.causation_id,
        tracingspancontext=span_context(caused),
    )


def _insert(rows: list[OutboxEvent], keys: list[int], using: str) -> None:
    outbox = load("cqrs_write", "outbox", using)
    if len(keys) > LOCKED_SINGLY:
        outbox.lock_whole(using)
        keys = []
    for start in range(0, len(rows), AT_ONCE):
        # The first takes every lock, in order; the others have them.
        outbox.insert(using, rows[start : start + AT_ONCE], [] if start else keys)
