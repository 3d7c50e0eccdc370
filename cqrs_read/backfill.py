"""Backfill: compute every row, in chunks by key, while the system runs.

A run row owns the cursor, which commits with its chunk: whoever is stopped, whoever goes on, goes on from there.
"""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from cqrs_read.chunk import CHUNK, Progress, estimated_rows, next_keys
from cqrs_read.models import BackfillRun
from cqrs_read.projection import projection_of
from cqrs_read.read_model import ReadModel, name_of
from cqrs_read.rows import changing, recompute_range
from cqrs_read.state import fingerprint, start_following, state_of


def backfill(
    read_model: type[ReadModel],
    *,
    on_chunk: Callable[[Progress], None] = lambda progress: None,
    chunk: int = CHUNK,
) -> BackfillRun:
    """Fill ``read_model`` from the first key to the last; a run that was interrupted goes on.

    Args:
        on_chunk: called after each chunk has committed.
        chunk: source keys in one transaction.

    Raises:
        NotCaptured: if a table that it depends on does not report its writes.
    """
    run = _to_go_on_with(read_model) or start(read_model)
    estimated = estimated_rows(read_model)
    while run.state == BackfillRun.State.RUNNING:
        run = advance(read_model, run, chunk)
        on_chunk(Progress(rows=run.rows, estimated=max(estimated, run.rows)))
    return run


def running(read_model: type[ReadModel]) -> BackfillRun | None:
    """The run of ``read_model`` that is not finished, if there is one."""
    runs = BackfillRun.objects.using(projection_of(read_model).target)
    return runs.filter(read_model=name_of(read_model), state=BackfillRun.State.RUNNING).first()


def start(read_model: type[ReadModel]) -> BackfillRun:
    """Take the position first, then make the run: no change can fall between the two."""
    target = projection_of(read_model).target
    with transaction.atomic(using=target):
        start_following(read_model)
        run, _ = BackfillRun.objects.using(target).update_or_create(
            read_model=name_of(read_model),
            state=BackfillRun.State.RUNNING,
            defaults={
                "kind": BackfillRun.Kind.BACKFILL,
                "cursor": None,
                "rows": 0,
                "started_at": timezone.now(),
            },
        )
        return run


def advance(read_model: type[ReadModel], run: BackfillRun, chunk: int = CHUNK) -> BackfillRun:
    """Do one chunk of ``run``: rows and cursor commit together. Returns the run as it is now."""
    target = projection_of(read_model).target
    with changing(read_model):
        # Another process may have moved it since.
        run = BackfillRun.objects.using(target).get(pk=run.pk)
        if run.state != BackfillRun.State.RUNNING:
            return run
        if keys := next_keys(read_model, run.cursor, chunk):
            recompute_range(read_model, run.cursor, keys[-1])
            run.cursor, run.rows = keys[-1], run.rows + len(keys)
        else:
            recompute_range(read_model, run.cursor, None)
            _finish(read_model, run)
        run.save()
    return run


def _to_go_on_with(read_model: type[ReadModel]) -> BackfillRun | None:
    """The run that was interrupted, unless it computed what another declaration said."""
    if state_of(read_model).fingerprint != fingerprint(read_model):
        return None
    return running(read_model)


def _finish(read_model: type[ReadModel], run: BackfillRun) -> None:
    run.state, run.finished_at = BackfillRun.State.DONE, timezone.now()
    state = state_of(read_model)
    state.ready_at = timezone.now()
    state.save()
