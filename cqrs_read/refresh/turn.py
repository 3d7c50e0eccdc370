"""Refresh: recompute the rows whose keys changed since the position, and move the position.

Rows are recomputed from what is there now, never patched, so neither the order of changes nor repetition matters,
and a crash repeats at most one transaction. One transaction computes a bounded number of keys; what a window holds
beyond that goes into the backlog with the position's move, and is worked off between fresh windows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import DatabaseError

from cqrs_read.backfill.run import demand
from cqrs_read.conf import settings
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.fan_out.route import route_named
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.refresh import backlog
from cqrs_read.refresh.pace import pace_of
from cqrs_read.refresh.touched import touched_by
from cqrs_read.standing.consumed import consume_until, consumed
from cqrs_read.standing.state import fingerprint
from cqrs_read.store.parking import Attempt, count_parked, is_data_error, recompute_or_park, unpark
from cqrs_read.store.rows import RowsChanged, changing, recompute, refreshing
from cqrs_write import changelog, window
from cqrs_write.changelog import Source, Window


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What one refresh did: source keys that were looked at, and rows that turned out different."""

    keys: int = 0
    rows: RowsChanged = field(default_factory=RowsChanged)

    def __add__(self, other: "Refreshed") -> "Refreshed":
        return Refreshed(keys=self.keys + other.keys, rows=self.rows + other.rows)


def refresh(read_model: type[ReadModel]) -> Refreshed:
    """Bring ``read_model`` up to date: the window since its position, and whatever its backlog has due.

    Does nothing for a read model that was never backfilled, or that was filled from another declaration.
    """
    done = consume_if_waiting(read_model)
    while backlog.next_row(read_model) and (page := work_off(read_model)) is not None:
        done += page + consume_if_waiting(read_model)
    return done


def consume_if_waiting(read_model: type[ReadModel]) -> Refreshed:
    """The same as :func:`consume`, which is not tried where one look says that nothing has changed."""
    state = consumed(read_model)
    if not can_refresh(read_model, state):
        return Refreshed()
    using, name = projection_of(read_model).using, name_of(read_model)
    source, waiting = window.waiting(using, [(name, state.position, streams(read_model))])
    if not waiting and not reason_for_everything(state, source):
        return Refreshed()
    return consume(read_model) or Refreshed()


def consume(read_model: type[ReadModel], *, wait: bool = True) -> Refreshed | None:
    """Consume the window since the position, in one transaction; what is too much for one goes into the backlog.

    Args:
        wait: for another refresher to finish, instead of leaving it the work.

    Returns:
        None if there was nothing to do here.
    """
    return _transaction(read_model, _consume, wait=wait)


def work_off(read_model: type[ReadModel], *, wait: bool = True) -> Refreshed | None:
    """Do one page of the backlog, or try what was parked again, in one transaction. Returns None if nothing is due."""
    return _transaction(read_model, _work_off, wait=wait)


def can_refresh(read_model: type[ReadModel], state: ReadModelState) -> bool:
    """Whether ``read_model`` has a position, and rows from the declaration that this process knows."""
    return bool(state.position) and state.fingerprint == fingerprint(read_model)


def reason_for_everything(state: ReadModelState, source: Source) -> str:
    """Why the window since the position cannot be trusted to be complete; empty if it can."""
    if state.origin != source.origin:
        return "the position belongs to another database"
    if state.lost != source.lost:
        return "a change could not be logged"
    return ""


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """One transaction of a refresher."""

    read_model: type[ReadModel]
    state: ReadModelState
    parking: bool
    """Whether a batch has failed for its values, and those that fail are to be parked."""

    def recompute(self, keys: list[str], before: Attempt | None = None) -> RowsChanged:
        rows = RowsChanged()
        size = settings().refresh_keys
        for start in range(0, len(keys), size):
            batch = keys[start : start + size]
            if self.parking:
                rows += recompute_or_park(self.read_model, batch, before)
            else:
                rows += recompute(self.read_model, batch)
                if self.state.parked:
                    unpark(self.read_model, batch)
        return rows


def _transaction(
    read_model: type[ReadModel], work: Callable[[_Turn], Refreshed | None], *, wait: bool
) -> Refreshed | None:
    """Do ``work``; where values make it fail, do it again and park these: savepoints cost only then."""
    try:
        return _once(read_model, work, wait=wait, parking=False)
    except DatabaseError as error:
        if not is_data_error(read_model, error):
            raise
    return _once(read_model, work, wait=wait, parking=True)


def _once(
    read_model: type[ReadModel], work: Callable[[_Turn], Refreshed | None], *, wait: bool, parking: bool
) -> Refreshed | None:
    if wait:
        with changing(read_model):
            return _in(read_model, work, parking)
    with refreshing(read_model) as mine:
        return _in(read_model, work, parking) if mine else None


def _in(
    read_model: type[ReadModel], work: Callable[[_Turn], Refreshed | None], parking: bool
) -> Refreshed | None:
    # Not before the lock: another one may have moved it.
    state = consumed(read_model)
    if not can_refresh(read_model, state):
        return None
    return work(_Turn(read_model=read_model, state=state, parking=parking))


def _consume(turn: _Turn) -> Refreshed:
    read_model, state, limit = turn.read_model, turn.state, settings().refresh_keys
    look = window.look(projection_of(read_model).using, state.position, streams(read_model), limit)
    if reason := reason_for_everything(state, look.source):
        return _repair_everything(read_model, state, look, reason)
    fresh = look.window if look.window is not None else _fresh_part(turn, look.until, limit)
    if fresh.everything:
        reason = f"writes went by unseen on {', '.join(sorted(fresh.everything))}"
        return _repair_everything(read_model, state, look, reason)
    touched = touched_by(read_model, fresh, limit)
    for route, keys in touched.beyond:
        backlog.set_aside(read_model, route, keys, limit)
    keys = sorted(touched.keys)
    rows = turn.recompute(keys)
    consume_until(read_model, look.until)
    return Refreshed(keys=len(keys), rows=rows)


def _fresh_part(turn: _Turn, until: str, limit: int) -> Window:
    """Of a window that is too large the newest single changes; the rest goes into the backlog."""
    using, since, listed = projection_of(turn.read_model).using, turn.state.position, streams(turn.read_model)
    if everything := window.everything(using, since, until, listed):
        return Window(until=until, keys={}, everything=everything)
    newest = window.newest(using, since, until, listed, limit)
    backlog.set_aside_bulk(turn.read_model, since, until, newest.mark, limit)
    return newest.window


def _work_off(turn: _Turn) -> Refreshed | None:
    if (row := backlog.next_row(turn.read_model)) is None:
        return None
    if row.kind == Backlog.Kind.PARKED:
        return _retry(turn, row)
    route = route_named(turn.read_model, row.dependency)
    if route is None:
        source = changelog.source(projection_of(turn.read_model).using)
        until = changelog.now(projection_of(turn.read_model).using)
        look = window.Look(source=source, until=until, window=None)
        return _repair_everything(turn.read_model, turn.state, look, f"nothing leads from {row.dependency}")
    with pace_of(turn.read_model) as pace:
        page = backlog.page(turn.read_model, route, row, pace.size)
        rows = turn.recompute(page.keys)
        backlog.move_on(row, page)
        pace.done = len(page.keys)
    return Refreshed(keys=len(page.keys), rows=rows)


def _retry(turn: _Turn, row: Backlog) -> Refreshed:
    row.delete()
    rows = turn.recompute(row.keys, Attempt(attempts=row.attempts, logged_at=row.logged_at))
    count_parked(turn.read_model)
    return Refreshed(keys=len(row.keys), rows=rows)


def _repair_everything(
    read_model: type[ReadModel], state: ReadModelState, look: window.Look, reason: str
) -> Refreshed:
    """Stop serving, and have every row computed anew, from a position taken now."""
    backlog.forget_waiting(read_model)
    state.ready_at, state.origin, state.lost = None, look.source.origin, look.source.lost
    state.save(update_fields=["ready_at", "origin", "lost"])
    consume_until(read_model, look.until)
    demand(read_model, reason)
    return Refreshed()
