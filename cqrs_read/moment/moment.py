"""Two views compared in one moment: the one over read models, and the legacy one, which is right by definition."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import TypeVar

from django.db import router

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import NotCaughtUp, ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_read.fan_out.upstream import upstream_of
from cqrs_read.moment.caught_up import seen_caught_up
from cqrs_read.moment.obstacle import NotYet, refusing
from cqrs_read.moment.quiet import aliases_of, seen_when_quiet
from cqrs_read.moment.seen import Limits, Seen
from cqrs_read.moment.undone import refuse_open
from cqrs_write.backends import load

C = TypeVar("C")
L = TypeVar("L")


def in_one_moment(
    read_models: Iterable[type[ReadModel]],
    candidate: Callable[[], C],
    legacy: Callable[[], L],
    *,
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> Seen[C, L]:
    """Call ``candidate`` and ``legacy`` on one state of the database, in which ``read_models`` are caught up.

    On PostgreSQL, where read models and sources are on one alias, they are caught up there and then: refresh is
    held up while ``candidate`` runs, and no longer. Elsewhere a moment is awaited in which they are. Where there are no
    read models it is one snapshot of each database that this thread is connected to, and the default one.

    Nothing stays of what was computed, or of what the two write into these databases, and what they leave for the
    commit is not done. Call it outside any transaction; within it, either of them may begin a durable one.

    Args:
        candidate: reads ``read_models``, and should be fast.
        legacy: reads the legacy tables, and may be slow. Either may be called again, where a transaction has to be
            repeated, and must not return what is read from the database only later, like a queryset.

    Raises:
        NotCaughtUp: in one line, if there is no such moment now.
    """
    every = _with_upstream(read_models)
    aliases = aliases_of(every)
    for using in sorted(aliases):
        with refusing(using):
            refuse_open(using)
    seen = seen_caught_up if every and _can_catch_up(aliases) else seen_when_quiet
    for _ in range(limits.attempts - 1):
        with suppress(NotYet):
            return seen(every, candidate, legacy, limits)
    return seen(every, candidate, legacy, limits)


def _with_upstream(read_models: Iterable[type[ReadModel]]) -> list[type[ReadModel]]:
    """``read_models`` and those that they are computed from, these first.

    Raises:
        NotCaughtUp: if one is refused, or not read where it is written.
    """
    found, todo = set[type[ReadModel]](), list(read_models)
    try:
        while todo:
            read_model = todo.pop()
            if read_model not in found:
                _refuse_elsewhere(read_model)
                found.add(read_model)
                todo += upstream_of(read_model)
        return in_dependency_order(found)
    except ProjectionError as error:
        raise NotCaughtUp(str(error)) from error


def _refuse_elsewhere(read_model: type[ReadModel]) -> None:
    """A replica has another state than the database that is caught up."""
    projection = projection_of(read_model)
    dependencies(read_model)
    for model, alias in ((read_model, projection.target), (projection.source, projection.using)):
        if (reads := router.db_for_read(model)) != alias:
            raise NotCaughtUp(
                f"{name_of(read_model)}: {model._meta.label} is read from '{reads}' and written to '{alias}', "
                "which need not be in the same state."
            )


def _can_catch_up(aliases: Collection[str]) -> bool:
    """Whether the rows can be computed in the very transaction in which they are seen."""
    first, *others = aliases
    return not others and bool(load("cqrs_read", "moment", first).CAN_CATCH_UP)
