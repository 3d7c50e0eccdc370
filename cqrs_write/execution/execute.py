"""Executing a bundle: its handlers' effects and its settling, in one transaction."""

import logging
import time
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cqrs_write import trace
from cqrs_write.actor import actor_key
from cqrs_write.definition.command import Command, load
from cqrs_write.definition.context import BatchContext, Context
from cqrs_write.definition.handler import Handler
from cqrs_write.definition.registry import registry
from cqrs_write.definition.versions import upcast
from cqrs_write.exceptions import ResultNotJson
from cqrs_write.execution import settle
from cqrs_write.execution.agenda import Agenda
from cqrs_write.execution.bundle import Bundle
from cqrs_write.execution.limit import limited
from cqrs_write.execution.take import choose, confirm, take
from cqrs_write.execution.worker import Worker
from cqrs_write.models import LoggedCommand
from cqrs_write.report import Report, error_line, error_traceback, log, logger
from cqrs_write.state import State

GROUP_SECONDS = 0.05
"""A group's transaction is not much longer than that: it holds the locks of all that it writes."""


@dataclass
class _Work:
    """What one transaction has done, so far."""

    results: dict[int, str]
    """Of the executed commands, by id."""

    seconds: dict[int, float]
    next: Bundle | None = None


def execute(bundle: Bundle, agenda: Agenda, worker: Worker) -> tuple[int, Bundle | None]:
    """Execute ``bundle``, and take what comes next in the same transaction.

    The effects and the state ``done`` are committed together: if this process, the connection or the server dies
    before, nothing has happened and another worker takes the commands. Where one of several fails, all are rolled
    back and given to the agenda to be executed by less at a time. What fails alone is recorded in a second
    transaction.

    Returns:
        How many commands were tried to their end, and the next bundle, if there is one.
    """
    work = _Work(results={}, seconds={})
    started = time.monotonic()
    try:
        with transaction.atomic(using=worker.using, durable=True):
            _hold(bundle, agenda, worker)
            if bundle.runs:
                _run(bundle, work, worker)
                _turn_over(bundle, work, agenda, worker)
            elif not worker.time_is_up:
                work.next = take(agenda, worker)
    except settle.Overtaken:
        _abandon(work, agenda)
        _leave(bundle, agenda, worker)
        return 0, None
    except Exception as error:  # a handler may raise anything; it is recorded with the command
        _abandon(work, agenda)
        if len(bundle.rows) > 1:
            _divide(bundle, agenda, worker)
            return 0, None
        if not bundle.rows:
            raise
        return _fail(bundle, error, started, agenda, worker), None
    if logger.isEnabledFor(logging.INFO):
        for row in bundle.rows:
            if row.id in work.results:
                _report(row, State.DONE, work.seconds[row.id])
    return len(work.results), work.next


def _hold(bundle: Bundle, agenda: Agenda, worker: Worker) -> None:
    """Lock the lanes; a run whose lane another worker has, or whose mark is gone, leaves the bundle."""
    keys = {run.head.id: run.lane.key for run in bundle.runs}
    held = worker.lanes.hold(worker.using, worker.name, keys, bundle.time_limit)
    missed = [run for run in bundle.runs if run.head.id not in held]
    if missed:
        settle.give_back(missed, worker)
        for run in missed:
            agenda.leave(run.lane, look_again=False)
        bundle.runs = [run for run in bundle.runs if run.head.id in held]


def _run(bundle: Bundle, work: _Work, worker: Worker) -> None:
    if handler := bundle.batch:
        _run_batch(handler, bundle, work, worker)
        return
    started = time.monotonic()
    for row in bundle.rows:
        before = time.monotonic()
        if work.results and before - started > GROUP_SECONDS:
            return
        handler = registry.named(row.name)
        command = _command(row, handler)
        context = _context(row, worker)
        with (
            trace.within(context.trace.child(row.uuid)),
            limited(handler.time_limit, worker.using, handler.name),
        ):
            result = handler.function(command, context)
        work.results[row.id] = settle.as_json(result, handler)
        work.seconds[row.id] = time.monotonic() - before


def _run_batch(handler: Handler, bundle: Bundle, work: _Work, worker: Worker) -> None:
    """One call for all commands but those that a newer one of the same key replaces."""
    assert handler.batch
    before = time.monotonic()
    rows = bundle.rows
    commands = [_command(row, handler) for row in rows]
    places = handler.batch.executed(commands)
    context = BatchContext(
        using=worker.using, contexts=tuple(_context(rows[place], worker) for place in places)
    )
    head = context.contexts[0]
    with (
        trace.within(head.trace.child(head.command_id)),
        limited(handler.time_limit, worker.using, handler.name),
    ):
        answer = handler.function([commands[place] for place in places], context)
    results = dict(zip(places, _each(answer, len(places), handler), strict=True))
    replaced = settle.as_json({"coalesced": True}, handler)
    each = (time.monotonic() - before) / len(rows)
    for place, row in enumerate(rows):
        work.results[row.id] = results.get(place, replaced)
        work.seconds[row.id] = each


def _each(answer: object, count: int, handler: Handler) -> list[str]:
    """The result of each command, as JSON."""
    if answer is None:
        return ["null"] * count
    if not isinstance(answer, list) or len(answer) != count:
        raise ResultNotJson(
            f"{handler.place} returned {type(answer).__name__}. Return None, or {count} results in a list."
        )
    return [settle.as_json(one, handler) for one in answer]


def _command(row: LoggedCommand, handler: Handler) -> Command:
    return load(handler.command, upcast(handler.command, row.payload, row.version))


def _context(row: LoggedCommand, worker: Worker) -> Context:
    return Context(
        command_id=row.uuid,
        actor=actor_key(row.actor),
        attempt=row.attempts + 1,
        accepted_at=row.accepted_at,
        using=worker.using,
        trace=trace.Trace.of(row),
    )


def _turn_over(bundle: Bundle, work: _Work, agenda: Agenda, worker: Worker) -> None:
    """Settle what was executed, and mark what comes next: in one statement, where both are single commands."""
    with settle.nothing_hidden(bundle, worker):
        _go_on(bundle, work, agenda, worker)
        agenda.in_hand = frozenset(work.results)
        work.next = None if worker.time_is_up else choose(agenda, worker)
        marked = settle.done(bundle, work.results, work.next, worker)
        agenda.in_hand = frozenset()
        if work.next:
            work.next = confirm(work.next, marked, agenda) or take(agenda, worker)


def _go_on(bundle: Bundle, work: _Work, agenda: Agenda, worker: Worker) -> None:
    """Tell the agenda what is done; what there was no time for is as before."""
    not_begun = []
    for run in bundle.runs:
        executed = [row for row in run.rows if row.id in work.results]
        rest = run.rows[len(executed) :]
        run.lane.rows.extendleft(reversed(rest))
        if executed:
            agenda.executed(run.lane, len(executed))
        else:
            not_begun.append(run)
    settle.give_back(not_begun, worker)


def _abandon(work: _Work, agenda: Agenda) -> None:
    """What was taken next is not: the transaction was rolled back."""
    for run in work.next.runs if work.next else ():
        agenda.leave(run.lane, look_again=True)


def _leave(bundle: Bundle, agenda: Agenda, worker: Worker) -> None:
    with transaction.atomic(using=worker.using):
        settle.give_back(bundle.runs, worker)
    for run in bundle.runs:
        agenda.leave(run.lane, look_again=True)


def _divide(bundle: Bundle, agenda: Agenda, worker: Worker) -> None:
    """Have what failed together executed once more: a batch by halves, a group one by one."""
    _leave(bundle, agenda, worker)
    for run in bundle.runs:
        agenda.divide(run.lane, run.rows, together=len(run.rows) // 2 if bundle.batch else 1)


def _fail(bundle: Bundle, error: Exception, started: float, agenda: Agenda, worker: Worker) -> int:
    (row,) = bundle.rows
    with transaction.atomic(using=worker.using):
        state = settle.failed(row, error, worker)
    agenda.leave(bundle.runs[0].lane, look_again=True)
    if state is None:
        # It was committed before the error: an on_commit callback raised, or the connection broke just after.
        # Or another worker made the same attempt in between, and recorded it.
        trace_back = settle.shown(error_traceback(error), row)
        logger.error("%s: an error that changes nothing any more.\n%s", row, trace_back)
    else:
        _report(row, state, time.monotonic() - started, settle.shown(error_line(error), row))
    return 1


def _report(row: LoggedCommand, state: State, seconds: float, error: str = "") -> None:
    waited = (timezone.now() - row.accepted_at).total_seconds() - seconds
    report = Report(
        command=row.name,
        command_id=row.uuid,
        queue=row.queue,
        lane=row.lane,
        attempt=row.attempts + 1,
        state=state,
        wait_ms=round(max(waited, 0) * 1000, 1),
        run_ms=round(seconds * 1000, 1),
        trace_id=row.traceparent[3:35],
        correlation_id=row.correlation_id,
    )
    log(report, error)
