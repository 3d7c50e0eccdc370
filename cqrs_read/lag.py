"""Lag: how far behind the source each read model is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from cqrs_read.compute.chunk import table_rows
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.declaration.table import table_name
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies, streams
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.standing.identity import identity_of, reason_made_anew, reason_not_there
from cqrs_read.standing.state import reason_not_captured, reason_not_current, state_of
from cqrs_write import changelog

EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class ReadModelStatus:
    """One read model at a glance.

    ``state`` is ``refused`` (its declaration), ``no table``, ``empty``, ``filling``, ``failing`` or ``ready``;
    ``rows`` the database's estimate; ``pending`` the number of change-log rows not consumed; ``backlog`` that of the
    backlog's rows; ``lag_seconds`` the age of the oldest of all; ``parked`` has examples of what could not be stored,
    key and cause; ``retry_at`` is when what fails is tried again; ``reason`` what is wrong with it.
    """

    name: str
    state: str
    rows: int = 0
    lag_seconds: float = 0.0
    pending: int = 0
    backlog: int = 0
    parked: tuple[str, ...] = ()
    retry_at: datetime | None = None
    reason: str


def read_model_status() -> list[ReadModelStatus]:
    """The status of every read model, by name."""
    return [status_of(read_model) for read_model in read_models()]


def status_of(read_model: type[ReadModel]) -> ReadModelStatus:
    """The status of ``read_model``, whatever is wrong with it."""
    try:
        dependencies(read_model)
    except ProjectionError as error:
        return ReadModelStatus(name=name_of(read_model), state="refused", reason=str(error))
    if missing := reason_not_there(read_model, identity_of(read_model)):
        return ReadModelStatus(name=name_of(read_model), state="no table", reason=missing)
    return _status_of(read_model)


def _status_of(read_model: type[ReadModel]) -> ReadModelStatus:
    projection, state = projection_of(read_model), state_of(read_model)
    reason = reason_not_current(read_model, state)
    rows, oldest = 0, list[datetime | None]()
    if state.position:
        pending = changelog.pending(projection.using, state.position, streams(read_model))
        rows, oldest = pending.rows, [pending.oldest]
    backlog = _backlog(read_model)
    waiting = backlog.filter(kind=Backlog.Kind.WAITING).aggregate(rows=Count("pk"), oldest=Min("logged_at"))
    return ReadModelStatus(
        name=name_of(read_model),
        state=_state(state, reason, bool(reason_made_anew(read_model, state))),
        rows=table_rows(projection.target, table_name(read_model)),
        lag_seconds=_age([*oldest, waiting["oldest"]]),
        pending=rows,
        backlog=waiting["rows"],
        parked=tuple(
            f"{', '.join(row.keys[:EXAMPLES])}: {row.error}"
            for row in backlog.filter(kind=Backlog.Kind.PARKED)[:EXAMPLES]
        ),
        retry_at=state.retry_at or backlog.aggregate(next=Min("not_before"))["next"],
        reason=reason_not_captured(read_model) or reason,
    )


def lag_seconds(read_model: type[ReadModel]) -> float:
    """The age of the oldest change that ``read_model`` has not consumed; 0 where it has all, or has no position."""
    state, oldest = state_of(read_model), list[datetime | None]()
    if state.position:
        using = projection_of(read_model).using
        oldest = [changelog.pending(using, state.position, streams(read_model)).oldest]
    waiting = _backlog(read_model).filter(kind=Backlog.Kind.WAITING)
    return _age([*oldest, waiting.aggregate(oldest=Min("logged_at"))["oldest"]])


def _backlog(read_model: type[ReadModel]) -> QuerySet[Backlog]:
    return Backlog.objects.using(projection_of(read_model).target).filter(read_model=name_of(read_model))


def _state(state: ReadModelState, reason: str, made_anew: bool) -> str:
    if not state.position or made_anew:
        return "empty"
    if state.problem or state.parked:
        return "failing"
    return "filling" if reason else "ready"


def _age(moments: list[datetime | None]) -> float:
    """Seconds since the first of ``moments``."""
    known = [moment for moment in moments if moment]
    return max(0.0, round((timezone.now() - min(known)).total_seconds(), 3)) if known else 0.0
