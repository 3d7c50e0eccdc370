"""Where a read model stands: its position, and whether its rows may be served."""

from datetime import datetime
from functools import cache

from cqrs_read.compute.query import computed
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.selection import Selection
from cqrs_read.exceptions import NotCaptured
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.fan_out.upstream import upstream_of
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.standing.identity import identity_of, reason_made_anew
from cqrs_read.standing.unfilled import reason_unfilled
from cqrs_write import changelog
from cqrs_write.capture.drift import Drift, drift


def state_of(read_model: type[ReadModel]) -> ReadModelState:
    """The state of ``read_model``; one that was never saved if it has never been backfilled."""
    name, target = name_of(read_model), projection_of(read_model).target
    return ReadModelState.objects.using(target).filter(name=name).first() or ReadModelState(name=name)


@cache
def fingerprint(read_model: type[ReadModel]) -> str:
    """Changes whenever the declaration computes something else: by other SQL, or with other values in it."""
    return computed(read_model, Selection.KEYS).digest


def start_following(read_model: type[ReadModel]) -> ReadModelState:
    """Take a position, from which on refresh will see every change; one that still holds is kept.

    Raises:
        NotCaptured: if a table that it depends on does not report its writes now.
    """
    using = projection_of(read_model).using
    if reason := reason_not_captured(read_model):
        raise NotCaptured(reason)
    source, state = changelog.source(using), state_of(read_model)
    if state.position and (state.origin, state.lost, state.fingerprint, state.table_id) == (
        source.origin,
        source.lost,
        fingerprint(read_model),
        identity_of(read_model),
    ):
        return state
    return take_position(read_model)


def take_position(read_model: type[ReadModel], ready_at: datetime | None = None) -> ReadModelState:
    """Follow the change log of ``read_model`` from now on, whatever it has consumed before.

    Every row is going to be computed anew, so the backlog goes.
    """
    projection = projection_of(read_model)
    Backlog.objects.using(projection.target).filter(read_model=name_of(read_model)).delete()
    source = changelog.source(projection.using)
    state, _ = ReadModelState.objects.using(projection.target).update_or_create(
        name=name_of(read_model),
        defaults={
            "position": changelog.now(projection.using),
            "origin": source.origin,
            "lost": source.lost,
            "fingerprint": fingerprint(read_model),
            "ready_at": ready_at,
            "parked": 0,
            "watches": _watches(read_model),
            "table_id": identity_of(read_model),
        },
    )
    return state


def _watches(read_model: type[ReadModel]) -> list[list[object]]:
    """What ``read_model`` must be told, as JSON: table, key, columns."""
    found = [dependency.watch for dependency in dependencies(read_model)]
    return [[watch.table, list(watch.key), sorted(watch.columns)] for watch in found]


def reason_not_captured(read_model: type[ReadModel]) -> str:
    """Which tables of ``read_model`` do not report their writes, in one line; empty if all do."""
    return _not_captured(read_model, drift_of(read_model))


def drift_of(read_model: type[ReadModel]) -> list[Drift]:
    """The drift of the tables that ``read_model`` depends on."""
    needed = {dependency.table for dependency in dependencies(read_model)}
    return [item for item in drift(projection_of(read_model).using) if item.table in needed]


def _not_captured(read_model: type[ReadModel], drifts: list[Drift]) -> str:
    listed, remedies = "; ".join(map(str, drifts)), {item.remedy: "" for item in drifts if item.remedy}
    return " ".join([f"{name_of(read_model)}: {listed}.", *remedies]) if drifts else ""


def reason_not_current(read_model: type[ReadModel], state: ReadModelState) -> str:
    """Why the rows of ``read_model`` may not be served, in one line; empty if they may."""
    name = state.name
    if not state.position:
        return f"{name} has not been backfilled. Run: manage.py cqrs_backfill {name}"
    if reason := reason_made_anew(read_model, state):
        return reason
    if state.fingerprint != fingerprint(read_model):
        return f"{name} was declared differently when it was filled. Run: manage.py cqrs_rebuild {name}"
    if state.ready_at is None:
        return reason_unfilled(read_model)
    if state.problem:
        return f"{name} cannot be refreshed: {state.problem}"
    if state.parked:
        return f"{name} {_parked(read_model)}"
    return _upstream_not_current(read_model)


def _parked(read_model: type[ReadModel]) -> str:
    """What could not be stored, the oldest key with its cause, and the remedy."""
    rows = Backlog.objects.using(projection_of(read_model).target)
    parked = rows.filter(read_model=name_of(read_model), kind=Backlog.Kind.PARKED)
    if (first := parked.first()) is None:
        return "has keys that could not be stored."
    remedy = "Mend the source row or the column; it is tried again by itself."
    return f"could not store key {first.keys[0]}: {first.error} {remedy}"


def _upstream_not_current(read_model: type[ReadModel]) -> str:
    """Why a read model that ``read_model`` is computed from is not current; empty if all are."""
    for other in upstream_of(read_model):
        if reason := reason_not_current(other, state_of(other)):
            return f"{name_of(read_model)} is computed from a read model that is not current: {reason}"
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
