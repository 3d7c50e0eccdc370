"""Lag: how far behind the source each read model is."""

from dataclasses import dataclass

from django.utils import timezone

from cqrs_read.chunk import table_rows
from cqrs_read.dependencies import streams
from cqrs_read.projection import projection_of
from cqrs_read.read_model import ReadModel, name_of, read_models
from cqrs_read.state import reason_not_captured, reason_not_current, state_of
from cqrs_read.table import table_name
from cqrs_write import changelog


@dataclass(frozen=True, kw_only=True)
class ReadModelStatus:
    """One read model at a glance.

    ``state`` is ``empty``, ``filling`` or ``ready``; ``rows`` the database's estimate; ``pending`` the number of
    change-log rows not consumed; ``lag_seconds`` the age of the oldest of them; ``reason`` what is wrong with it.
    """

    name: str
    state: str
    rows: int
    lag_seconds: float
    pending: int
    reason: str


def read_model_status() -> list[ReadModelStatus]:
    """The status of every read model, by name."""
    return [status_of(read_model) for read_model in read_models()]


def status_of(read_model: type[ReadModel]) -> ReadModelStatus:
    """The status of ``read_model``."""
    using, state = projection_of(read_model).using, state_of(read_model)
    reason, lag, pending = reason_not_current(read_model, state), 0.0, 0
    unseen = reason_not_captured(read_model)
    if state.position:
        waiting = changelog.pending(using, state.position, streams(read_model))
        pending = waiting.rows
        lag = (timezone.now() - waiting.oldest).total_seconds() if waiting.oldest else 0.0
    return ReadModelStatus(
        name=name_of(read_model),
        state="empty" if not state.position else "filling" if reason else "ready",
        rows=table_rows(projection_of(read_model).target, table_name(read_model)),
        lag_seconds=max(0.0, round(lag, 3)),
        pending=pending,
        reason=unseen or reason,
    )
