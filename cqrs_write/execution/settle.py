"""Settling: what becomes of a command whose attempt has ended."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import InternalError
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from cqrs_write.conf import settings
from cqrs_write.definition.handler import Handler
from cqrs_write.definition.registry import registry
from cqrs_write.definition.sensitive import redacted, scrubbed
from cqrs_write.exceptions import (
    HiddenDatabaseError,
    NewerVersion,
    ResultNotJson,
    TimeLimitExceeded,
    UnknownName,
    hidden,
)
from cqrs_write.execution.bundle import Bundle, Run
from cqrs_write.execution.worker import Worker
from cqrs_write.models import LoggedCommand
from cqrs_write.refusal import refusal
from cqrs_write.report import error_line, error_traceback
from cqrs_write.state import State

NEWER_SECONDS = 5.0
"""Until a command that this process is too old for is looked at again."""


class Overtaken(Exception):
    """A command of the bundle was called off, or taken by another worker, while it was executed."""


def done(bundle: Bundle, results: dict[int, str], following: Bundle | None, worker: Worker) -> set[int]:
    """Settle what was executed, in the transaction of its effect, and mark what follows.

    Args:
        results: of the executed commands by id, as JSON.

    Returns:
        The ids of heads of ``following`` that nobody else has.

    Raises:
        Overtaken: if a command of the bundle is no longer what was taken.
    """
    rows = [row for row in bundle.rows if row.id in results]
    heads = {run.head.id for run in bundle.runs}
    now = timezone.now()
    ended = [
        (row.id, row.id in heads, results[row.id], now + registry.retention_of(row.name)) for row in rows
    ]
    runs = following.runs if following else []
    settled, marked = worker.lanes.turn_over(worker.using, worker.name, now, ended, runs)
    if settled != len(rows):
        raise Overtaken
    for row in rows:
        _redact(row, bundle.handlers[row.name], worker.using)
    found: set[int] = marked
    return found


@contextmanager
def nothing_hidden(bundle: Bundle, worker: Worker) -> Iterator[None]:
    """What a worker does after the handlers have returned.

    Raises:
        HiddenDatabaseError: if the transaction is lost, though no handler has said so.
    """
    try:
        yield
    except (InternalError, TransactionManagementError) as error:
        if not worker.lanes.is_lost_transaction(error):
            raise
        places = ", ".join(sorted(handler.place for handler in bundle.handlers.values()))
        raise HiddenDatabaseError(hidden(places)) from error


def failed(row: LoggedCommand, error: Exception, worker: Worker) -> State | None:
    """Make the command retrying or dead; return None if it is no longer what this worker has taken."""
    handler = registry.known(row.name)
    now = timezone.now()
    if isinstance(error, NewerVersion) or (isinstance(error, UnknownName) and _may_become_known(row, now)):
        later = now + timedelta(seconds=NEWER_SECONDS)
        return State.ACCEPTED if _move(row, State.ACCEPTED, worker, not_before=later) else None
    attempt = row.attempts + 1
    values: dict[str, Any] = {
        "attempts": attempt,
        "error": shown(error_line(error), row),
        "traceback": shown(error_traceback(error), row),
    }
    if handler and attempt < handler.retry.attempts and _is_passing(error, handler, worker):
        state = State.RETRYING
        values["not_before"] = now + timedelta(seconds=handler.retry.delay(attempt))
    else:
        state = State.DEAD
        values["finished_at"] = now
        values["result"] = refusal(error)
    return state if _move(row, state, worker, **values) else None


def shown(text: str, row: LoggedCommand) -> str:
    """``text`` without the command's sensitive values."""
    handler = registry.known(row.name)
    return scrubbed(text, row.payload, handler.sensitive) if handler else text


def give_back(runs: Iterable[Run], worker: Worker) -> None:
    """Take the marks off ``runs``: they are as they were."""
    heads = [run.head.id for run in runs]
    if heads:
        marked = LoggedCommand.objects.using(worker.using).filter(
            pk__in=heads, state=State.RUNNING, worker=worker.name
        )
        marked.update(state=State.ACCEPTED)


def as_json(result: Any, handler: Handler) -> str:
    """The result as the log keeps it.

    Raises:
        ResultNotJson: if it cannot.
    """
    try:
        return json.dumps(result, cls=DjangoJSONEncoder, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ResultNotJson(
            f"{handler.place} returned what is not JSON: {error}. Return numbers, text, lists, dictionaries."
        ) from error


def _move(row: LoggedCommand, state: State, worker: Worker, **values: Any) -> bool:
    """Move the command on from where this worker has marked it; return False if it is there no more."""
    marked = LoggedCommand.objects.using(worker.using).filter(
        pk=row.pk, state=State.RUNNING, worker=worker.name, attempts=row.attempts
    )
    return marked.update(state=state, **values) == 1


def _redact(row: LoggedCommand, handler: Handler, using: str) -> None:
    if handler.sensitive:
        payload = redacted(row.payload, handler.sensitive)
        LoggedCommand.objects.using(using).filter(pk=row.pk).update(payload=payload)


def _is_passing(error: Exception, handler: Handler, worker: Worker) -> bool:
    if isinstance(error, (*handler.retry.on, TimeLimitExceeded)):
        return True
    return bool(worker.lanes.is_passing(error))


def _may_become_known(row: LoggedCommand, now: datetime) -> bool:
    """Whether the command may be one of a deployment that has not reached this process yet."""
    return (now - row.accepted_at).total_seconds() < settings().deployment_seconds
