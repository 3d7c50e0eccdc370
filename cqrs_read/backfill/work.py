"""Working at a run until it is done: by a command in one go, or by a refresher chunk by chunk."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.db.models import F
from django.utils import timezone

from cqrs_read.backfill.owner import claim, is_free, myself, release
from cqrs_read.backfill.run import refuse_unmigrated, running, start, to_go_on_with
from cqrs_read.backfill.states import State, resume, unfinished
from cqrs_read.backfill.step import attempt
from cqrs_read.backfill.throttle import Throttle
from cqrs_read.compute.chunk import Progress, estimated_rows
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import RunFailed
from cqrs_read.models import BackfillRun

SLICE_SECONDS = 0.25
"""Of waiting, between two looks at the run: a person who stops it is obeyed that soon."""

AWAY_SECONDS = 120.0
"""For which a database that went away is waited for."""


def backfill(
    read_model: type[ReadModel],
    *,
    on_chunk: Callable[[Progress], None] = lambda progress: None,
    chunk: int | None = None,
    kind: str = BackfillRun.Kind.BACKFILL,
    stopped: Callable[[], bool] = lambda: False,
) -> BackfillRun:
    """Fill ``read_model`` from the first key to the last; a run that was interrupted goes on.

    Args:
        on_chunk: called after each chunk has committed, and while a throttle holds.
        chunk: source keys in one transaction; by itself it takes as many as take ``CHUNK_SECONDS``.
        kind: of the run, if one has to be begun.
        stopped: asked between any two chunks.

    Returns:
        The run: done, or as a person has left it.

    Raises:
        NotMigrated: if its table is not there.
        NotCaptured: if a table that it depends on does not report its writes.
        AlreadyWorkedAt: if another process works at it.
        RunFailed: if a chunk cannot be computed or stored.
    """
    run = _claimed(read_model, kind)
    worker = _Worker(read_model, chunk)
    estimated = estimated_rows(read_model)
    try:
        while run.state == State.RUNNING and not stopped():
            run = worker.step(run)
            note = run.throttled_by or (f"trying again: {run.error}" if run.error else "")
            on_chunk(Progress(rows=run.rows, estimated=max(estimated, run.rows), note=note))
    finally:
        _let_go(run)
    if run.state == State.FAILED:
        raise RunFailed(f"{name_of(read_model)}: {run.error}. The same command goes on from there.")
    return run


def work(read_model: type[ReadModel]) -> bool:
    """One chunk of the run of ``read_model`` that nobody works at, for a refresher between two windows.

    It does not become the owner, so that a person's command can take over at any moment.

    Returns:
        Whether there was anything to do; not while a throttle holds.
    """
    run = running(read_model)
    if run is None or not is_free(run):
        return False
    if reason := _throttle(read_model).holds():
        _hold(run, reason, 0.0)
        return False
    attempt(read_model, run)
    return True


class _Worker:
    """Steps: a chunk, or a slice of waiting."""

    def __init__(self, read_model: type[ReadModel], chunk: int | None) -> None:
        self.read_model, self.chunk = read_model, chunk
        self.throttle = Throttle(read_model)
        self.away_since = 0.0

    def step(self, run: BackfillRun) -> BackfillRun:
        try:
            if reason := self.throttle.holds():
                time.sleep(SLICE_SECONDS)
                run = _hold(run, reason, SLICE_SECONDS)
            else:
                run = attempt(self.read_model, run, self.chunk)
        except (OperationalError, InterfaceError) as error:
            self._wait_for_the_database(error)
        else:
            self.away_since = 0.0
            if run.attempts:
                time.sleep(SLICE_SECONDS)
        return run

    def _wait_for_the_database(self, error: Exception) -> None:
        now = time.monotonic()
        self.away_since = self.away_since or now
        if now - self.away_since > AWAY_SECONDS:
            raise error
        connections.close_all()
        time.sleep(SLICE_SECONDS)


@cache
def _throttle(read_model: type[ReadModel]) -> Throttle:
    return Throttle(read_model)


def _claimed(read_model: type[ReadModel], kind: str) -> BackfillRun:
    """The run to work at, ours from now on, and running."""
    refuse_unmigrated(read_model)
    begun = unfinished(name_of(read_model), projection_of(read_model).target)
    if begun is not None:
        claim(begun)
    run = to_go_on_with(read_model) or start(read_model, kind, owner=myself())
    claim(run)
    if run.state != State.RUNNING:
        resume(run)
        run.refresh_from_db(using=run._state.db)
    return run


def _hold(run: BackfillRun, reason: str, seconds: float) -> BackfillRun:
    """Note what holds ``run``. Returns it as it is now."""
    runs = BackfillRun.objects.using(run._state.db).filter(pk=run.pk)
    runs.filter(state=State.RUNNING).update(
        throttled_by=reason[:500],
        throttled_seconds=F("throttled_seconds") + seconds,
        touched_at=timezone.now(),
    )
    return runs.get()


def _let_go(run: BackfillRun) -> None:
    # Where the database is away: who is silent is taken for gone.
    with suppress(DatabaseError, InterfaceError):
        release(run)
