"""Where a read model stands: its position, and whether its rows may be served."""

import hashlib
from datetime import datetime
from functools import cache

from cqrs_read.dependencies import dependencies
from cqrs_read.exceptions import NotCaptured
from cqrs_read.models import ReadModelState
from cqrs_read.projection import projection_of
from cqrs_read.query import computed
from cqrs_read.read_model import ReadModel, name_of, read_models
from cqrs_read.selection import Selection
from cqrs_write import changelog
from cqrs_write.capture.drift import Drift, drift


def state_of(read_model: type[ReadModel]) -> ReadModelState:
    """The state of ``read_model``; one that was never saved if it has never been backfilled."""
    name, target = name_of(read_model), projection_of(read_model).target
    return ReadModelState.objects.using(target).filter(name=name).first() or ReadModelState(name=name)


@cache
def fingerprint(read_model: type[ReadModel]) -> str:
    """Changes whenever the declaration computes something else."""
    return hashlib.sha256(computed(read_model, Selection.KEYS).sql.encode()).hexdigest()[:32]


def start_following(read_model: type[ReadModel]) -> ReadModelState:
    """Take a position, from which on refresh will see every change; one that still holds is kept.

    Raises:
        NotCaptured: if a table that it depends on does not report its writes now.
    """
    using = projection_of(read_model).using
    if reason := reason_not_captured(read_model):
        raise NotCaptured(reason)
    source, state = changelog.source(using), state_of(read_model)
    if state.position and (state.origin, state.lost, state.fingerprint) == (
        source.origin,
        source.lost,
        fingerprint(read_model),
    ):
        return state
    return take_position(read_model)


def take_position(read_model: type[ReadModel], ready_at: datetime | None = None) -> ReadModelState:
    """Follow the change log of ``read_model`` from now on, whatever it has consumed before."""
    projection = projection_of(read_model)
    source = changelog.source(projection.using)
    state, _ = ReadModelState.objects.using(projection.target).update_or_create(
        name=name_of(read_model),
        defaults={
            "position": changelog.now(projection.using),
            "origin": source.origin,
            "lost": source.lost,
            "fingerprint": fingerprint(read_model),
            "ready_at": ready_at,
        },
    )
    return state


def reason_not_captured(read_model: type[ReadModel]) -> str:
    """Which tables of ``read_model`` do not report their writes, in one line; empty if all do."""
    return _not_captured(read_model, drift_of(read_model))


def drift_of(read_model: type[ReadModel]) -> list[Drift]:
    """The drift of the tables that ``read_model`` depends on."""
    needed = {dependency.table for dependency in dependencies(read_model)}
    return [item for item in drift(projection_of(read_model).using) if item.table in needed]


def _not_captured(read_model: type[ReadModel], drifts: list[Drift]) -> str:
    listed = "; ".join(map(str, drifts))
    return f"{name_of(read_model)}: {listed}. Run: manage.py cqrs_capture install" if drifts else ""


def reason_not_current(read_model: type[ReadModel], state: ReadModelState) -> str:
    """Why the rows of ``read_model`` may not be served, in one line; empty if they may."""
    name = state.name
    if not state.position:
        return f"{name} has not been backfilled. Run: manage.py cqrs_backfill {name}"
    if state.fingerprint != fingerprint(read_model):
        return f"{name} was declared differently when it was filled. Run: manage.py cqrs_backfill {name}"
    if state.ready_at is None:
        return f"{name} is being filled."
    return ""


def withdraw_if_unseen(read_model: type[ReadModel]) -> str:
    """Stop serving ``read_model`` while writes to a table that it depends on go by unseen.

    It comes back by itself: whoever installs the triggers again also has every row computed anew. Triggers that
    are only stale, as before the migration of a new deployment, are no reason.

    Returns:
        The reason, in one line; empty if all is well.
    """
    if reason := _not_captured(read_model, [item for item in drift_of(read_model) if item.unseen]):
        states = ReadModelState.objects.using(projection_of(read_model).target)
        states.filter(name=name_of(read_model)).update(ready_at=None)
    return reason


def trim(using: str) -> int:
    """Delete from the change log what every read model of the alias has consumed. Returns rows deleted."""
    followed = [state_of(model) for model in read_models() if projection_of(model).using == using]
    return changelog.trim(using, [state.position for state in followed if state.position])
