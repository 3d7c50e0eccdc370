"""A moment that is awaited: read models and sources on several databases, or on one with a single writer.

Nothing is locked, and nothing written: there is one snapshot of each database, in which the read models happen to be
caught up, or refresh has its turn before the next look.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.moment.behind import behind
from cqrs_read.moment.obstacle import NotYet, refusing, unhindered
from cqrs_read.moment.seen import Limits, Seen
from cqrs_read.moment.undone import snapshot, undone
from cqrs_read.refresh import backlog
from cqrs_read.refresh.turn import consume_if_waiting, work_off

C = TypeVar("C")
L = TypeVar("L")


def seen_when_quiet(
    read_models: Sequence[type[ReadModel]],
    candidate: Callable[[], C],
    legacy: Callable[[], L],
    limits: Limits,
) -> Seen[C, L]:
    """Call both in snapshots in which ``read_models`` are caught up.

    Raises:
        NotYet: if they were not; they have been refreshed since.
    """
    try:
        return _seen(read_models, candidate, legacy, limits)
    except NotYet:
        for read_model in read_models:
            _refresh(read_model)
        raise


def _seen(
    read_models: Sequence[type[ReadModel]],
    candidate: Callable[[], C],
    legacy: Callable[[], L],
    limits: Limits,
) -> Seen[C, L]:
    aliases = aliases_of(read_models)
    with ExitStack() as stack:
        for using in aliases:
            with refusing(using):
                stack.enter_context(snapshot(using, limits.statement_seconds))
        for read_model in read_models:
            _refuse_behind(read_model, limits.keys)
        with ExitStack() as savepoints:
            for using in aliases:
                savepoints.enter_context(undone(using))
            found = unhindered(aliases, candidate, "candidate")
        return Seen(candidate=found, legacy=unhindered(aliases, legacy, "legacy"))


def aliases_of(read_models: Sequence[type[ReadModel]]) -> list[str]:
    """The databases in the order in which their snapshots are taken: that of rows before that of their sources.

    So a source is never older than the position of the rows, and what came in between is in the change log. Where
    there are no read models, all that this thread is connected to, since their views have been asked before.
    """
    if not read_models:
        connected = (connection.alias for connection in connections.all(initialized_only=True))
        return list(dict.fromkeys([DEFAULT_DB_ALIAS, *connected]))
    projections = [projection_of(read_model) for read_model in reversed(read_models)]
    aliases = list(dict.fromkeys(alias for one in projections for alias in (one.target, one.using)))
    for one in projections:
        if aliases.index(one.target) > aliases.index(one.using):
            raise NotCaughtUp(f"{one.name}: the databases '{one.target}' and '{one.using}' read each other.")
    return aliases


def _refuse_behind(read_model: type[ReadModel], limit: int) -> None:
    with refusing(projection_of(read_model).using):
        missing = behind(read_model, limit)
    if missing:
        raise NotYet(f"{name_of(read_model)} is behind, and writes go on.")


def _refresh(read_model: type[ReadModel]) -> None:
    """One window and one page of the backlog, not all of it: there are other tries."""
    with refusing(projection_of(read_model).target):
        consume_if_waiting(read_model)
        if backlog.next_row(read_model):
            work_off(read_model)
