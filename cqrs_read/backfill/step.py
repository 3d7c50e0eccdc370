"""One step of a run: the next chunk of keys, whose rows and cursor commit together."""

import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from cqrs_read.backfill.size import FIRST, SMALLEST, Pace, tuned
from cqrs_read.backfill.states import State, move
from cqrs_read.compute.chunk import Range, keys_in, next_range
from cqrs_read.conf import settings
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.standing.problem import is_away
from cqrs_read.standing.state import withdraw_if_unseen
from cqrs_read.store.parking import is_data_error, recompute_or_park
from cqrs_read.store.rows import changing, delete_surplus, recompute_range
from cqrs_write.backends import load
from cqrs_write.cli import one_line

ATTEMPTS = 5
"""Of one chunk that fails for a reason that may pass."""

SAVED = ["cursor", "rows", "chunk", "rate", "busy_seconds", "throttled_by", "attempts", "error", "touched_at"]
"""What whoever advances a run saves: never its state, which somebody may have changed meanwhile."""


def _recompute(read_model: type[ReadModel], range_: Range) -> None:
    recompute_range(read_model, range_.above, range_.up_to)


def _recompute_or_park(read_model: type[ReadModel], range_: Range) -> None:
    """The same, key by key where it must be."""
    keys = keys_in(read_model, range_)
    recompute_or_park(read_model, keys)
    delete_surplus(read_model, range_.above, range_.up_to, keys)


def advance(
    read_model: type[ReadModel],
    run: BackfillRun,
    chunk: int | None = None,
    recompute: Callable[[type[ReadModel], Range], None] = _recompute,
) -> BackfillRun:
    """Do one chunk of ``run``. Returns the run as it is now.

    Args:
        chunk: source keys in it; by itself it takes as many as take ``CHUNK_SECONDS``.
        recompute: makes the rows of a range what they must be.
    """
    with changing(read_model):
        # Another process may have moved it, or a person stopped it, since.
        run = _now(run)
        if run.state != State.RUNNING:
            return run
        begun = time.monotonic()
        size = chunk or run.chunk or FIRST
        range_ = next_range(read_model, run.cursor, size)
        recompute(read_model, range_)
        if range_.is_last and not _finish(read_model, run):
            return _now(run)
        _note(run, range_, Pace(size=size, rate=run.rate), time.monotonic() - begun)
        run.save(update_fields=SAVED)
    return run


def attempt(read_model: type[ReadModel], run: BackfillRun, chunk: int | None = None) -> BackfillRun:
    """The same; a chunk that fails is noted in the run, and stops it where trying again would not help.

    Rows that cannot be stored for their values are parked, as a refresh does, and the others go on.

    Raises:
        DatabaseError: if the database is away, so that nothing can be noted.
    """
    try:
        return advance(read_model, run, chunk)
    except (DatabaseError, InterfaceError) as error:
        if is_away(read_model, error):
            raise
        if isinstance(error, DatabaseError) and is_data_error(read_model, error):
            return advance(read_model, run, chunk, recompute=_recompute_or_park)
        passing = load("cqrs_read", "chunks", projection_of(read_model).target).is_passing(error)
        return _failed(run, error, passing=passing)


def _now(run: BackfillRun) -> BackfillRun:
    return BackfillRun.objects.using(run._state.db).get(pk=run.pk)


def _note(run: BackfillRun, range_: Range, pace: Pace, seconds: float) -> None:
    pace = tuned(pace, keys=range_.keys, seconds=seconds, aim=settings().chunk_seconds)
    run.chunk, run.rate = pace.size, pace.rate
    run.cursor, run.rows = range_.up_to or run.cursor, run.rows + range_.keys
    run.busy_seconds, run.touched_at = run.busy_seconds + seconds, timezone.now()
    run.attempts, run.error, run.throttled_by = 0, "", ""


def _finish(read_model: type[ReadModel], run: BackfillRun) -> bool:
    """The run is done and the read model may be served, unless a person has stopped it in this moment."""
    if not move(run, State.DONE, finished_at=timezone.now(), owner=""):
        return False
    run.state, run.finished_at, run.owner = State.DONE, timezone.now(), ""
    newer = BackfillRun.objects.using(run._state.db).filter(read_model=run.read_model, pk__gt=run.pk)
    if not newer.exclude(kind=BackfillRun.Kind.VERIFY).exists():
        states = ReadModelState.objects.using(run._state.db).filter(name=run.read_model)
        states.update(ready_at=timezone.now())
        withdraw_if_unseen(read_model)
    return True


def _failed(run: BackfillRun, error: Exception, *, passing: bool) -> BackfillRun:
    """Note it. What may pass is tried again with half the keys: a timeout of a statement may be the reason."""
    after = f"the chunk after key {run.cursor}" if run.cursor else "the first chunk"
    noted = f"{after}: {type(error).__name__}: {one_line(error)}"[:500]
    run.attempts += 1
    runs = BackfillRun.objects.using(run._state.db).filter(pk=run.pk)
    half = max(SMALLEST, (run.chunk or FIRST) // 2)
    runs.update(attempts=run.attempts, error=noted, chunk=half, touched_at=timezone.now())
    if not passing or run.attempts >= ATTEMPTS:
        move(run, State.FAILED, owner="")
    return _now(run)
