"""Verify: compare a read model's table with what its declaration says, while the system runs.

Everything is read in one snapshot: position, change log, source and rows. Keys whose changes are not consumed yet
are left out; every other difference is real.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections, transaction

from cqrs_read.chunk import Progress, estimated_rows, next_keys
from cqrs_read.dependencies import streams
from cqrs_read.exceptions import NotBackfilled
from cqrs_read.expand import BATCH, touched_keys
from cqrs_read.projection import projection_of
from cqrs_read.query import Statement, computed
from cqrs_read.read_model import ReadModel
from cqrs_read.rows import RowsChanged, changing, recompute
from cqrs_read.selection import Selection
from cqrs_read.state import state_of
from cqrs_read.table import column_names
from cqrs_write import changelog
from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One key on which table and declaration disagree.

    ``kind`` is ``missing`` (no row, though the source yields one), ``surplus`` (a row that nothing yields) or
    ``different``, in ``columns``.
    """

    key: str
    kind: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a verification found."""

    rows: int
    differences: tuple[Difference, ...]


def verify(
    read_model: type[ReadModel], *, on_chunk: Callable[[Progress], None] = lambda progress: None
) -> Verified:
    """Compare every row of ``read_model`` with its declaration.

    Raises:
        NotBackfilled: if it has no position yet.
    """
    using, state = projection_of(read_model).using, state_of(read_model)
    if not state.position:
        raise NotBackfilled(f"{state.name} is empty. Run: manage.py cqrs_backfill {state.name}")
    rows, found = 0, list[Difference]()
    estimated = estimated_rows(read_model)
    with _snapshot(using):
        window = changelog.window(using, state_of(read_model).position, streams(read_model))
        unconsumed = touched_keys(read_model, window)
        for above, up_to, count in _chunks(read_model):
            differences = _differences(read_model, above, up_to)
            found += [item for item in differences if item.key not in unconsumed]
            rows += count
            on_chunk(Progress(rows=rows, estimated=max(estimated, rows)))
    return Verified(rows=rows, differences=tuple(found))


def repair(read_model: type[ReadModel], differences: tuple[Difference, ...]) -> RowsChanged:
    """Compute the rows of ``differences`` anew."""
    keys, done = [item.key for item in differences], RowsChanged()
    for start in range(0, len(keys), BATCH):
        with changing(read_model):
            done += recompute(read_model, keys[start : start + BATCH])
    return done


@contextmanager
def _snapshot(using: str) -> Iterator[None]:
    """A transaction that sees one state of the database; within another one (a test's), what that sees."""
    nested = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        if not nested:
            with connections[using].cursor() as cursor:
                load("cqrs_read", "upsert", using).snapshot(cursor)
        yield


def _chunks(read_model: type[ReadModel]) -> Iterator[tuple[str | None, str | None, int]]:
    """Ranges of keys with the number of source rows in each; the last one has no end, and holds none."""
    above: str | None = None
    while keys := next_keys(read_model, above):
        yield above, keys[-1], len(keys)
        above = keys[-1]
    yield above, None, 0


def _differences(read_model: type[ReadModel], above: str | None, up_to: str | None) -> list[Difference]:
    fields = [field.name for field in read_model._meta.concrete_fields]
    statement = _comparison(read_model, Selection.of_range(above, up_to))
    with connections[projection_of(read_model).using].cursor() as cursor:
        cursor.execute(*statement.bound(above=above, up_to=up_to))
        return [_difference(fields, row) for row in cursor.fetchall()]


def _difference(fields: list[str], row: tuple[Any, ...]) -> Difference:
    key, is_wanted, is_there, *differ = row
    if not is_there:
        return Difference(key=key, kind="missing")
    if not is_wanted:
        return Difference(key=key, kind="surplus")
    columns = tuple(field for field, differs in zip(fields, differ, strict=True) if differs)
    return Difference(key=key, kind="different", columns=columns)


@cache
def _comparison(read_model: type[ReadModel], selection: Selection) -> Statement:
    """Key, wanted, there, and one flag per field, for the rows in which table and declaration disagree."""
    key = projection_of(read_model).key
    quote, backend = connections[key.using].ops.quote_name, load("cqrs_read", "upsert", key.using)
    columns = [quote(column) for column in column_names(read_model)]
    wanted, there = ([f"{side}.{column}" for column in columns] for side in ("w", "t"))
    flags = ", ".join(backend.differs([left], [right]) for left, right in zip(wanted, there, strict=True))
    rows = computed(read_model, selection)
    selected, params = key.condition(selection)
    text = f"COALESCE({key.text('w')}, {key.text('t')})"
    first = quote(key.columns[0])
    joined = " AND ".join(
        f"{left} = {right}" for left, right in zip(key.names("w"), key.names("t"), strict=True)
    )
    return Statement(
        sql=f"SELECT {text}, w.{first} IS NOT NULL, t.{first} IS NOT NULL, {flags} "
        f"FROM ({rows.sql}) w FULL JOIN (SELECT * FROM {quote(key.table)} WHERE {selected}) t "
        f"ON {joined} WHERE {backend.differs(wanted, there)}",
        params=(*rows.params, *params),
    )
