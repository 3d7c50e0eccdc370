"""Refresh: recompute the rows whose keys changed since the position, and move the position.

Rows are recomputed from what is there now, never patched, so neither the order of changes nor repetition matters,
and a crash repeats at most one window.
"""

from dataclasses import dataclass, field

from django.utils import timezone

from cqrs_read.dependencies import streams
from cqrs_read.expand import BATCH, touched_keys
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.projection import projection_of
from cqrs_read.read_model import ReadModel, name_of
from cqrs_read.rows import RowsChanged, changing, recompute
from cqrs_read.state import fingerprint, state_of
from cqrs_write import changelog
from cqrs_write.changelog import Source, Window


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What one refresh did: source keys that were looked at, and rows that turned out different."""

    keys: int = 0
    rows: RowsChanged = field(default_factory=RowsChanged)


def refresh(read_model: type[ReadModel]) -> Refreshed:
    """Consume the window since the position of ``read_model``, in one transaction.

    Does nothing for a read model that was never backfilled, or that was filled from another declaration.
    """
    state = state_of(read_model)
    if not _can_refresh(read_model, state):
        return Refreshed()
    using = projection_of(read_model).using
    source, waiting = changelog.probe(using, state.position, streams(read_model))
    if not waiting and not _reason_for_everything(state, source):
        return Refreshed()
    with changing(read_model):
        return _consume(read_model, using)


def _consume(read_model: type[ReadModel], using: str) -> Refreshed:
    state = state_of(read_model)
    source = changelog.source(using)
    if reason := _reason_for_everything(state, source):
        _repair_everything(read_model, state, source, reason)
        return Refreshed()
    window = changelog.window(using, state.position, streams(read_model))
    refreshed = recompute_touched(read_model, window)
    if window.everything:
        reason = f"writes went by unseen on {', '.join(sorted(window.everything))}"
        _repair_everything(read_model, state, source, reason)
    _move(state, window.until)
    return refreshed


def recompute_touched(read_model: type[ReadModel], window: Window) -> Refreshed:
    """Recompute every row that ``window`` touches. Call it within ``changing``."""
    keys = sorted(touched_keys(read_model, window))
    rows = RowsChanged()
    for start in range(0, len(keys), BATCH):
        rows += recompute(read_model, keys[start : start + BATCH])
    return Refreshed(keys=len(keys), rows=rows)


def _can_refresh(read_model: type[ReadModel], state: ReadModelState) -> bool:
    return bool(state.position) and state.fingerprint == fingerprint(read_model)


def _reason_for_everything(state: ReadModelState, source: Source) -> str:
    """Why the window since the position cannot be trusted to be complete; empty if it can."""
    if state.origin != source.origin:
        return "the position belongs to another database"
    if state.lost != source.lost:
        return "a change could not be logged"
    return ""


def _repair_everything(
    read_model: type[ReadModel], state: ReadModelState, source: Source, reason: str
) -> None:
    """Stop serving, and have every row computed anew, from a position taken now."""
    projection = projection_of(read_model)
    state.ready_at, state.origin, state.lost = None, source.origin, source.lost
    _move(state, changelog.now(projection.using))
    runs = BackfillRun.objects.using(projection.target)
    runs.update_or_create(
        read_model=name_of(read_model),
        state=BackfillRun.State.RUNNING,
        defaults={"cursor": None, "reason": reason},
        create_defaults={"kind": BackfillRun.Kind.REPAIR, "reason": reason},
    )


def _move(state: ReadModelState, position: str) -> None:
    state.position, state.refreshed_at = position, timezone.now()
    state.save()
