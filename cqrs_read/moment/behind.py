"""How far behind a read model is in a transaction: the changes, and the backlog, that it has still to do."""

from dataclasses import dataclass

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.models import Backlog
from cqrs_read.refresh.turn import reason_for_everything
from cqrs_read.standing.state import reason_not_current, state_of
from cqrs_write import window
from cqrs_write.changelog import Window

ROWS = 20
"""Rows of the backlog, at most: each may have thousands of keys."""


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The window since the position, and the rows of the backlog that wait."""

    window: Window
    backlog: tuple[Backlog, ...]

    def __bool__(self) -> bool:
        return bool(self.window or self.backlog)


def behind(read_model: type[ReadModel], limit: int) -> Behind:
    """What ``read_model`` is behind, as this transaction sees it.

    Raises:
        NotCaughtUp: if it is not served, has more than ``limit`` keys to do, or is to be computed anew as a whole.
    """
    state, name, using = state_of(read_model), name_of(read_model), projection_of(read_model).using
    if reason := reason_not_current(read_model, state):
        raise NotCaughtUp(reason)
    look = window.look(using, state.position, streams(read_model), limit)
    if reason := reason_for_everything(state, look.source):
        raise NotCaughtUp(f"{name} is to be computed anew: {reason}.")
    if look.window is None:
        raise too_far(read_model, limit)
    refuse_everything(read_model, look.window)
    return Behind(window=look.window, backlog=_waiting(read_model, limit))


def refuse_everything(read_model: type[ReadModel], window: Window) -> None:
    """Refuse a window in which every key may have changed."""
    if window.everything:
        unseen = ", ".join(sorted(window.everything))
        raise NotCaughtUp(f"{name_of(read_model)} is to be computed anew: writes went by unseen on {unseen}.")


def too_far(read_model: type[ReadModel], limit: int) -> NotCaughtUp:
    """The refusal of a read model that has too much to do."""
    return NotCaughtUp(f"{name_of(read_model)} is more than {limit} keys behind.")


def _waiting(read_model: type[ReadModel], limit: int) -> tuple[Backlog, ...]:
    rows = Backlog.objects.using(projection_of(read_model).target).filter(read_model=name_of(read_model))
    found = tuple(rows[: ROWS + 1])
    if len(found) > ROWS or sum(len(row.keys) for row in found) > limit:
        raise too_far(read_model, limit)
    return found
