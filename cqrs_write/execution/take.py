"""Taking: choose what is executed next, and mark it, so that no other worker takes it and a lost one is found."""

from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice, takewhile

from django.utils import timezone

from cqrs_write.definition.handler import Handler
from cqrs_write.definition.registry import registry
from cqrs_write.execution.agenda import COMMANDS_PER_VISIT, Agenda, Lane
from cqrs_write.execution.bundle import Bundle, Run
from cqrs_write.execution.worker import Worker
from cqrs_write.models import LoggedCommand
from cqrs_write.state import WAITING, State

GROUP_SIZE = 50


def take(agenda: Agenda, worker: Worker) -> Bundle | None:
    """Mark what is to be executed next. Returns None if the agenda has nothing more.

    The mark is committed with the caller's transaction.
    """
    while (bundle := choose(agenda, worker)) is not None:
        marked = worker.lanes.mark(worker.using, worker.name, bundle.runs)
        if taken := confirm(bundle, marked, agenda):
            return taken
    return None


def choose(agenda: Agenda, worker: Worker) -> Bundle | None:
    """What would be executed next, not yet marked. Returns None if the agenda has nothing more."""
    while agenda.lanes:
        if bundle := _first(agenda, worker):
            return bundle
    return None


def confirm(bundle: Bundle, marked: set[int], agenda: Agenda) -> Bundle | None:
    """Leave what was not marked: another worker has taken it, or somebody has called it off, since it was read."""
    for run in bundle.runs:
        if run.head.id not in marked:
            agenda.leave(run.lane, look_again=True)
    bundle.runs = [run for run in bundle.runs if run.head.id in marked]
    return bundle if bundle.runs else None


def _first(agenda: Agenda, worker: Worker) -> Bundle | None:
    """What the first lane has, or a group of several; None if it turned out to have nothing, and was left."""
    if not any(lane.rows for lane in agenda.lanes):
        _read_on(agenda, worker)
    lane = agenda.next()
    if not lane.rows or not _is_runnable(lane.rows[0]):
        agenda.leave(lane, look_again=False)
        return None
    head = lane.rows[0]
    handler = registry.known(head.name)
    if handler and handler.batch and not head.alone:
        runs = _batch(lane, handler, handler.batch.max_size, agenda, worker)
        if not runs:
            agenda.leave(lane, look_again=True)
            return None
    elif _may_share(head, lane):
        runs = list(_group(agenda))
    else:
        runs = [Run(lane=lane, rows=[lane.rows.popleft()])]
    names = {row.name for run in runs for row in run.rows}
    known = {name: found for name in names if (found := registry.known(name)) is not None}
    return Bundle(runs=runs, handlers=known)


def _read_on(agenda: Agenda, worker: Worker) -> None:
    """Read the next commands of every lane that may have more, in one statement."""
    empty = {lane.key: lane for lane in agenda.lanes if not lane.all_read}
    if not empty:
        return
    found = worker.lanes.firsts(worker.using, agenda.queue, agenda.priority, list(empty), COMMANDS_PER_VISIT)
    read = Counter(row.lane_key for row in found)
    for row in found:
        if row.id not in agenda.in_hand:
            empty[row.lane_key].rows.append(row)
    for lane in empty.values():
        lane.all_read = read[lane.key] < COMMANDS_PER_VISIT


def _batch(lane: Lane, handler: Handler, size: int, agenda: Agenda, worker: Worker) -> list[Run]:
    """A run of one kind; none if another worker has taken the lane's commands since they were read."""
    most = lane.most(size)
    if len(lane.rows) < most and not lane.all_read:
        read = worker.lanes.firsts(worker.using, agenda.queue, agenda.priority, [lane.key], most)
        lane.rows = deque(row for row in read if row.id not in agenda.in_hand)
        lane.all_read = len(read) < most

    def goes_along(row: LoggedCommand) -> bool:
        # The head has waited for others; that these would wait on is no reason.
        return row.name == handler.name and row.state == State.ACCEPTED and not row.alone

    read = list(islice(lane.rows, most))
    if not read or read[0].name != handler.name or not _is_runnable(read[0]):
        return []
    rows = [read[0], *takewhile(goes_along, read[1:])]
    for _ in rows:
        lane.rows.popleft()
    return [Run(lane=lane, rows=rows)]


def _group(agenda: Agenda) -> Iterator[Run]:
    left = GROUP_SIZE
    for lane in agenda.lanes:
        visit = min(left, COMMANDS_PER_VISIT - lane.executed)
        rows = list(takewhile(lambda row: _may_share(row, lane), islice(lane.rows, visit)))  # noqa: B023  used here
        if rows:
            for _ in rows:
                lane.rows.popleft()
            left -= len(rows)
            yield Run(lane=lane, rows=rows)
        if left <= 0:
            return


def _may_share(row: LoggedCommand, lane: Lane) -> bool:
    """Whether a command may be executed in one transaction with those of other lanes."""
    handler = registry.known(row.name)
    shares = handler is not None and handler.group and not row.alone and row.id not in lane.suspects
    return shares and _is_runnable(row)


def _is_runnable(row: LoggedCommand) -> bool:
    return row.state in WAITING and (row.not_before is None or row.not_before <= timezone.now())
