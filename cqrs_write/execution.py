"""Execution: claim a command, run its handler and mark it done, in one transaction."""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import ModuleType
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, InternalError, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from cqrs_write.actor import actor_key
from cqrs_write.backends import load as load_backend
from cqrs_write.command import load
from cqrs_write.exceptions import CqrsError, HiddenDatabaseError, ResultNotJson
from cqrs_write.handler import Context, Handler
from cqrs_write.models import LoggedCommand
from cqrs_write.registry import registry
from cqrs_write.report import Report, error_line, error_traceback, log, logger
from cqrs_write.state import PENDING, State

LOWEST_KEY, HIGHEST_KEY = -(2**63), 2**63 - 1
LANES_PER_LOOK = 50
COMMANDS_PER_VISIT = 20
"""So many of one lane's commands run before the worker looks at the next lane."""


@dataclass(frozen=True, kw_only=True)
class Drained:
    """What a worker did in its slice of time."""

    executed: int
    more: bool
    """Whether time was up before the work was."""


class Turn(Enum):
    """What became of one try to execute the first command of a lane."""

    EXECUTED = "executed"
    BUSY = "another worker has the lane"
    EMPTY = "the lane has nothing to run any more"


def drain(queue: str, *, using: str = DEFAULT_DB_ALIAS, seconds: float) -> Drained:
    """Execute the runnable commands of ``queue`` until none is left or ``seconds`` have passed.

    It ends only after a look around all lanes in which it held none. Whoever holds a lane therefore looks
    again after releasing it, so a worker that finds a lane taken may leave what is in it to the holder.
    """
    deadline = time.monotonic() + seconds
    executed, look_again = 0, True
    while look_again:
        look_again = False
        for lane_key in runnable_lanes(queue, using):
            for _ in range(COMMANDS_PER_VISIT):
                turn = take_turn(queue, lane_key, using)
                executed += turn is Turn.EXECUTED
                look_again |= turn is not Turn.BUSY
                if time.monotonic() > deadline:
                    return Drained(executed=executed, more=True)
                if turn is not Turn.EXECUTED:
                    break
    return Drained(executed=executed, more=False)


def runnable_lanes(queue: str, using: str) -> Iterator[int]:
    """The lanes whose first command may run: once around, from a random one, so that workers spread."""
    start = random.randint(LOWEST_KEY, HIGHEST_KEY)
    yield from _lanes_between(start, HIGHEST_KEY, queue, using)
    yield from _lanes_between(LOWEST_KEY, start - 1, queue, using)


def take_turn(queue: str, lane_key: int, using: str) -> Turn:
    """Execute the first command of a lane, if the lane is free and the command's time has come.

    The handler's effect and the state ``done`` are committed together: if this process, the connection or the
    server dies before, nothing has happened and another worker takes the command.

    A failure is rolled back and recorded in a second transaction.
    """
    lanes = load_backend("cqrs_write", "lanes", using)
    row: LoggedCommand | None = None
    started = time.monotonic()
    try:
        with transaction.atomic(using=using, durable=True):
            if not lanes.lock(using, lane_key):
                return Turn.BUSY
            row = _first(queue, lane_key, using)
            if row is None:
                return Turn.EMPTY
            _run(row, using)
    except Exception as error:  # a handler may raise anything; it is recorded with the command
        if row is None:
            raise
        state = _record_failure(row, error, lanes, using)
        _report(row, state, started, error)
    else:
        _report(row, State.DONE, started)
    return Turn.EXECUTED


def _lanes_between(low: int, high: int, queue: str, using: str) -> Iterator[int]:
    lanes = load_backend("cqrs_write", "lanes", using)
    while low <= high:
        found = lanes.runnable(using, queue, low=low, high=high, now=timezone.now(), limit=LANES_PER_LOOK)
        yield from found
        if len(found) < LANES_PER_LOOK:
            return
        low = found[-1] + 1


def _first(queue: str, lane_key: int, using: str) -> LoggedCommand | None:
    """The first command of a lane, unless it is not its time or it is dead and holds the lane.

    A range of one key instead of an equality: with a constant key the planner may prefer the primary key for
    the order, and walk through every finished command of the log.
    """
    row = (
        LoggedCommand.objects.using(using)
        .filter(open=True, queue=queue, lane_key__gte=lane_key, lane_key__lte=lane_key)
        .order_by("lane_key", "id")
        .first()
    )
    if row is None or row.state not in PENDING or (row.not_before and row.not_before > timezone.now()):
        return None
    return row


def _run(row: LoggedCommand, using: str) -> None:
    handler = registry.named(row.name)
    command = load(handler.command, row.payload)
    context = Context(
        command_id=row.uuid,
        actor=actor_key(row.actor),
        attempt=row.attempts + 1,
        accepted_at=row.accepted_at,
        using=using,
    )
    result = _as_json(handler.function(command, context), handler)
    try:
        _settle(row, State.DONE, using, result=result, finished_at=timezone.now(), error="", traceback="")
    except (InternalError, TransactionManagementError) as error:
        raise HiddenDatabaseError(
            f"{handler.place} caught a database error and went on; the transaction was lost with it. "
            "Wrap what may fail in an atomic block of its own, inside the try."
        ) from error


def _as_json(result: Any, handler: Handler) -> Any:
    try:
        return json.loads(json.dumps(result, cls=DjangoJSONEncoder, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ResultNotJson(
            f"{handler.place} returned what is not JSON: {error}. Return numbers, text, lists, dictionaries."
        ) from error


def _record_failure(row: LoggedCommand, error: Exception, lanes: ModuleType, using: str) -> State | None:
    """Make the command retrying or dead; return None if it is no longer what this worker has claimed."""
    handler = _handler_if_known(row.name)
    attempt = row.attempts + 1
    values: dict[str, Any] = {"error": error_line(error), "traceback": error_traceback(error)}
    if handler and attempt < handler.retry.attempts and _is_passing(error, handler, lanes):
        state = State.RETRYING
        values["not_before"] = timezone.now() + timedelta(seconds=handler.retry.delay(attempt))
    else:
        state = State.DEAD
        values["finished_at"] = timezone.now()
    return state if _settle(row, state, using, **values) else None


def _handler_if_known(name: str) -> Handler | None:
    try:
        return registry.named(name)
    except CqrsError:
        return None


def _is_passing(error: Exception, handler: Handler, lanes: ModuleType) -> bool:
    return isinstance(error, handler.retry.on) or bool(lanes.is_passing(error))


def _settle(row: LoggedCommand, state: State, using: str, **values: Any) -> bool:
    """Move the command on from the state it was claimed in; return False if it is there no more."""
    claimed = LoggedCommand.objects.using(using).filter(pk=row.pk, state=row.state, attempts=row.attempts)
    return claimed.update(state=state, attempts=row.attempts + 1, **values) == 1


def _report(row: LoggedCommand, state: State | None, started: float, error: Exception | None = None) -> None:
    if state is None:
        # It was committed before the error: an on_commit callback raised, or the connection broke just after.
        # Or another worker made the same attempt in between, and recorded it.
        logger.error("%s: an error that changes nothing any more.", row, exc_info=error)
        return
    run = time.monotonic() - started
    waited = (timezone.now() - row.accepted_at).total_seconds() - run
    report = Report(
        command=row.name,
        command_id=row.uuid,
        queue=row.queue,
        lane=row.lane,
        attempt=row.attempts + 1,
        state=state,
        wait_ms=round(max(waited, 0) * 1000, 1),
        run_ms=round(run * 1000, 1),
    )
    log(report, error)
