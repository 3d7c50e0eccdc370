"""Verify: compare a read model's table with what its declaration says, in chunks, while the system runs.

Each chunk is read in one short snapshot: position, change log, source and rows. Keys whose changes are not consumed
yet are left out and counted; every other difference is real.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.db import connections, transaction

from cqrs_read.backfill.run import refuse_unmigrated
from cqrs_read.backfill.size import Pace, tuned
from cqrs_read.compute.chunk import Progress, Range, estimated_rows, next_range
from cqrs_read.conf import settings
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.selection import Selection
from cqrs_read.exceptions import NotBackfilled
from cqrs_read.fan_out.expand import BATCH
from cqrs_read.standing.state import state_of
from cqrs_read.store.rows import RowsChanged, changing, recompute
from cqrs_read.verify.differences import Difference, differences
from cqrs_read.verify.unconsumed import unconsumed
from cqrs_write import changelog
from cqrs_write.backends import load

EXAMPLES = 1000
"""Differences that are kept, at most: the others are counted."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What one chunk showed; ``pending`` keys differ, but a refresh has not come to them yet."""

    range: Range
    differences: tuple[Difference, ...]
    pending: int


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a verification found.

    ``differences`` has the first 1,000 of the ``found``; ``remaining`` is how many of them are still there.
    """

    rows: int
    differences: tuple[Difference, ...]
    found: int
    pending: int
    repaired: RowsChanged
    remaining: int


def verify(
    read_model: type[ReadModel],
    *,
    mend: bool = False,
    on_chunk: Callable[[Progress], None] = lambda progress: None,
    chunk: int | None = None,
) -> Verified:
    """Compare every row of ``read_model`` with its declaration.

    Args:
        mend: compute the rows that differ anew, and compare them again.
        on_chunk: called after each chunk.
        chunk: source keys in one snapshot; by itself it takes as many as take ``CHUNK_SECONDS``.

    Raises:
        NotBackfilled: if it has no rows to compare yet, or its position belongs to another database.
    """
    refuse_unfit(read_model)
    estimated, rows, found, pending, remaining = estimated_rows(read_model), 0, 0, 0, 0
    examples, repaired = list[Difference](), RowsChanged()
    for compared in _chunks(read_model, chunk):
        rows, found = rows + compared.range.keys, found + len(compared.differences)
        pending += compared.pending
        examples += compared.differences[: EXAMPLES - len(examples)]
        if mend and compared.differences:
            repaired += repair(read_model, compared.differences)
            remaining += len(still_there(read_model, compared.differences))
        on_chunk(Progress(rows=rows, estimated=max(estimated, rows)))
    return Verified(
        rows=rows,
        differences=tuple(examples),
        found=found,
        pending=pending,
        repaired=repaired,
        remaining=remaining if mend else found,
    )


def compare(read_model: type[ReadModel], after: str | None, size: int) -> Compared:
    """Compare the next ``size`` source keys above ``after``, and all rows that lie between them."""
    with _snapshots(read_model):
        range_ = next_range(read_model, after, size)
        selection = Selection.of_range(range_.above, range_.up_to)
        found = differences(read_model, selection, above=range_.above, up_to=range_.up_to)
        real = _consumed(read_model, found)
    return Compared(range=range_, differences=tuple(real), pending=len(found) - len(real))


def repair(read_model: type[ReadModel], found: tuple[Difference, ...]) -> RowsChanged:
    """Compute the rows of ``found`` anew."""
    keys, done = [item.key for item in found], RowsChanged()
    for start in range(0, len(keys), BATCH):
        with changing(read_model):
            done += recompute(read_model, keys[start : start + BATCH])
    return done


def still_there(read_model: type[ReadModel], found: tuple[Difference, ...]) -> list[Difference]:
    """The differences among the keys of ``found`` as it is now."""
    keys, remaining = [item.key for item in found], list[Difference]()
    for start in range(0, len(keys), BATCH):
        with _snapshots(read_model):
            again = differences(read_model, Selection.KEYS, keys=keys[start : start + BATCH])
            remaining += _consumed(read_model, again)
    return remaining


def refuse_unfit(read_model: type[ReadModel]) -> None:
    """Refuse to compare what has no rows to be compared.

    Raises:
        NotMigrated: in one line, if its table is not there.
        NotBackfilled: in one line.
    """
    refuse_unmigrated(read_model)
    state = state_of(read_model)
    if not state.position:
        raise NotBackfilled(f"{state.name} is empty. Run: manage.py cqrs_backfill {state.name}")
    if state.origin != changelog.source(projection_of(read_model).using).origin:
        raise NotBackfilled(
            f"{state.name} has a position of another database: its rows have to be computed anew. "
            f"Run: manage.py cqrs_refresh {state.name} && manage.py cqrs_backfill {state.name}"
        )


def _chunks(read_model: type[ReadModel], size: int | None) -> Iterator[Compared]:
    pace, after, last = Pace(size=size) if size else Pace(), None, False
    while not last:
        begun = time.monotonic()
        compared = compare(read_model, after, pace.size)
        yield compared
        after, last = compared.range.up_to, compared.range.is_last
        if size is None:
            seconds, aim = time.monotonic() - begun, settings().chunk_seconds
            pace = tuned(pace, keys=compared.range.keys, seconds=seconds, aim=aim)


def _consumed(read_model: type[ReadModel], found: list[Difference]) -> list[Difference]:
    """Those of ``found`` that no refresh to come will look at."""
    if not found:
        return found
    touched = unconsumed(read_model, [item.key for item in found])
    return [item for item in found if item.key not in touched]


@contextmanager
def _snapshots(read_model: type[ReadModel]) -> Iterator[None]:
    """Transactions that see one state of each database: that of the rows first, then that of their source.

    So the source is never older than the position of the rows; what has changed in between is not consumed yet.
    """
    projection = projection_of(read_model)
    with ExitStack() as stack:
        for using in dict.fromkeys((projection.target, projection.using)):
            stack.enter_context(_snapshot(using, temporary=projection.target != projection.using))
            if using == projection.target:
                state_of(read_model)
        yield


@contextmanager
def _snapshot(using: str, *, temporary: bool) -> Iterator[None]:
    """A transaction that sees one state of a database; within another one (a test's), what that sees.

    Args:
        temporary: whether temporary tables are going to be made in it.
    """
    nested = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        if not nested:
            with connections[using].cursor() as cursor:
                load("cqrs_read", "upsert", using).snapshot(cursor, temporary=temporary)
        yield
