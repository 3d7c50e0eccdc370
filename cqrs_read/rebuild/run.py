"""Rebuilding a read model: fill the next version, catch up, swap."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, OperationalError, connections, transaction

from cqrs_read import backfill as backfills
from cqrs_read.backfill.owner import claim
from cqrs_read.backfill.run import refuse_unmigrated
from cqrs_read.backfill.states import unfinished
from cqrs_read.compute.chunk import Progress
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.declaration.table import table_name
from cqrs_read.exceptions import CannotRebuild
from cqrs_read.models import BackfillRun, Backlog, ReadModelState
from cqrs_read.rebuild import table
from cqrs_read.refresh import refresh
from cqrs_read.standing.state import fingerprint, state_of
from cqrs_read.standing.version import next_version
from cqrs_read.store.rows import changing
from cqrs_write import changelog
from cqrs_write.backends import load
from cqrs_write.capture.install import install
from cqrs_write.capture.plan import capture_plan
from cqrs_write.capture.table import CapturedTable
from cqrs_write.cli import one_line

REFRESH_SECONDS = 1.0
"""Between two refreshes of the next version while it is being filled: the change log need not keep more."""

ATTEMPTS = 30
"""At the lock that the swap needs."""

TAKEN_OVER = [
    "position",
    "origin",
    "lost",
    "fingerprint",
    "ready_at",
    "refreshed_at",
    "watches",
    "parked",
    "table_id",
]


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What became of a rebuild: its run, and whether the next version now serves."""

    run: BackfillRun
    swapped: bool


def changed() -> list[type[ReadModel]]:
    """The read models whose table was filled from another declaration than the code has."""
    return [model for model in read_models() if _is_changed(model, state_of(model))]


def being_built() -> list[type[ReadModel]]:
    """The read models of which a next version has a table."""
    return [model for model in read_models() if table.is_there(model)]


def rebuild(
    read_model: type[ReadModel],
    *,
    force: bool = False,
    on_chunk: Callable[[Progress], None] = lambda progress: None,
    chunk: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Rebuilt:
    """Build the next version of ``read_model`` beside the one that serves, and swap them. An interrupted one goes on.

    Args:
        force: also where the declaration has not changed.
        on_chunk, chunk, stopped: as in :func:`cqrs_read.backfill.backfill`.

    Raises:
        CannotRebuild: if there is nothing to rebuild, or the database does not let the tables be swapped.
    """
    refuse(read_model, force=force)
    version = next_version(read_model)
    _prepare(read_model)
    run = backfills.backfill(
        version,
        kind=BackfillRun.Kind.REBUILD,
        chunk=chunk,
        stopped=stopped,
        on_chunk=_refreshing(version, on_chunk),
    )
    if run.state != BackfillRun.State.DONE:
        return Rebuilt(run=run, swapped=False)
    table.complete(read_model)
    _swap(read_model)
    return Rebuilt(run=run, swapped=True)


def cancel(read_model: type[ReadModel]) -> bool:
    """Give up the next version of ``read_model``: its table, state and run. Returns whether there was one.

    Raises:
        AlreadyWorkedAt: if another process builds it now. Pause it first.
    """
    name, using = name_of(next_version(read_model)), projection_of(read_model).target
    if run := unfinished(name, using):
        claim(run)
        backfills.cancel(run, "the rebuild was cancelled")
    there = table.is_there(read_model)
    with transaction.atomic(using=using):
        table.drop(read_model)
        Backlog.objects.using(using).filter(read_model=name).delete()
        forgotten, _ = ReadModelState.objects.using(using).filter(name=name).delete()
    return there or bool(forgotten) or run is not None


def refuse(read_model: type[ReadModel], *, force: bool) -> None:
    """Refuse what need not, or cannot, be rebuilt.

    Raises:
        NotMigrated: if its table is not there.
        CannotRebuild: in one line.
    """
    name, state = name_of(read_model), state_of(read_model)
    refuse_unmigrated(read_model)
    if not state.position:
        raise CannotRebuild(f"{name} has not been backfilled. Run: manage.py cqrs_backfill {name}")
    if not force and not _is_changed(read_model, state):
        raise CannotRebuild(f"{name} is what its declaration says. To rebuild it nevertheless: --force")
    if reason := table.unfit(read_model):
        raise CannotRebuild(
            f"{name}: its table {reason}. Compute it in place: manage.py cqrs_backfill {name}"
        )


def _is_changed(read_model: type[ReadModel], state: ReadModelState) -> bool:
    return bool(state.position) and state.fingerprint != fingerprint(read_model)


def _prepare(read_model: type[ReadModel]) -> None:
    """A table for the next version; what another declaration has begun is given up."""
    state = state_of(next_version(read_model))
    if state.position and state.fingerprint != fingerprint(next_version(read_model)):
        cancel(read_model)
    if not table.is_there(read_model):
        cancel(read_model)
        table.create(read_model)


def _refreshing(version: type[ReadModel], on_chunk: Callable[[Progress], None]) -> Callable[[Progress], None]:
    refreshed_at = 0.0

    def after_chunk(progress: Progress) -> None:
        nonlocal refreshed_at
        on_chunk(progress)
        if time.monotonic() - refreshed_at >= REFRESH_SECONDS:
            refresh(version)
            refreshed_at = time.monotonic()

    return after_chunk


def _swap(read_model: type[ReadModel]) -> None:
    """Swap in one transaction, never queueing behind a long reader and making others wait behind itself."""
    target = projection_of(read_model).target
    locks, version = load("cqrs_write", "locks", target), next_version(read_model)
    for attempt in range(1, ATTEMPTS + 1):
        refresh(version)
        try:
            with changing(read_model), changing(version):
                with connections[target].cursor() as cursor:
                    locks.limit_wait(cursor)
                refresh(version)
                table.swap(read_model)
                _take_over(read_model)
            _follow_on(read_model)
            return
        except OperationalError as error:
            if not locks.is_timeout(error):
                raise
            if attempt == ATTEMPTS:
                raise CannotRebuild(
                    f"The table {table_name(read_model)} stayed locked through {ATTEMPTS} attempts. Find the long "
                    "transaction in pg_stat_activity; the same command goes on from there."
                ) from error
            locks.pause(attempt)
        except DatabaseError as error:
            raise CannotRebuild(
                f"{name_of(read_model)}: the database does not let the tables be swapped: {one_line(error)}"
            ) from error


def _take_over(read_model: type[ReadModel]) -> None:
    """The table's state, backlog and run are those of the version that is there now."""
    name, using = name_of(read_model), projection_of(read_model).target
    version = next_version(read_model)
    state = state_of(version)
    states = ReadModelState.objects.using(using)
    states.filter(name=name).update(**{column: getattr(state, column) for column in TAKEN_OVER})
    states.filter(name=state.name).delete()
    if run := unfinished(name, using):
        backfills.cancel(run, "rebuilt meanwhile")
    backlog = Backlog.objects.using(using)
    backlog.filter(read_model=name).delete()
    backlog.filter(read_model=state.name).update(read_model=name)
    BackfillRun.objects.using(using).filter(read_model=state.name).update(read_model=name)
    # For read models that are computed from this one, every row may be another.
    changelog.log_everything(using, [stream for one in _captured(read_model) for stream in one.streams])


def _follow_on(read_model: type[ReadModel]) -> None:
    """Have the new table report its writes, where read models are computed from it."""
    if captured := _captured(read_model):
        install(projection_of(read_model).target, only=[one.name for one in captured])


def _captured(read_model: type[ReadModel]) -> list[CapturedTable]:
    using = projection_of(read_model).target
    if not changelog.exists(using):
        return []
    return [one for one in capture_plan(using) if one.name == table_name(read_model)]
