"""The one path that changes a read model's rows: compute those of some keys, and make the table equal."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from django.db import connections, transaction

from cqrs_read.projection import projection_of
from cqrs_read.query import Statement, computed, selected_source
from cqrs_read.read_model import ReadModel, name_of
from cqrs_read.selection import Selection
from cqrs_read.table import column_names, table_name
from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True)
class RowsChanged:
    """Rows of the read model that were written or deleted; rows that were right already do not count."""

    written: int = 0
    deleted: int = 0

    def __add__(self, other: "RowsChanged") -> "RowsChanged":
        return RowsChanged(written=self.written + other.written, deleted=self.deleted + other.deleted)


@contextmanager
def changing(read_model: type[ReadModel]) -> Iterator[None]:
    """A transaction, in READ COMMITTED, in which nobody else changes the rows of ``read_model``."""
    using = projection_of(read_model).target
    backend = load("cqrs_read", "upsert", using)
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            backend.lock(cursor, lock_key(name_of(read_model)))
            backend.prepare(cursor)
        yield


def lock_key(name: str) -> int:
    """A signed 64-bit number for the advisory lock of the read model ``name``."""
    digest = hashlib.sha256(f"cqrs_read:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def recompute(read_model: type[ReadModel], keys: list[str]) -> RowsChanged:
    """Make the rows of ``keys`` (text) what the declaration says. Call it within :func:`changing`."""
    adapted = load("cqrs_read", "keys", projection_of(read_model).using).adapted(keys)
    return _recompute(read_model, Selection.KEYS, keys=adapted)


def recompute_range(read_model: type[ReadModel], above: str | None, up_to: str | None) -> RowsChanged:
    """The same for all keys above ``above`` up to and including ``up_to``; None leaves that side open."""
    return _recompute(read_model, Selection.of_range(above, up_to), above=above, up_to=up_to)


def _recompute(read_model: type[ReadModel], selection: Selection, **values: str | None) -> RowsChanged:
    with connections[projection_of(read_model).using].cursor() as cursor:
        cursor.execute(*_upsert(read_model, selection).bound(**values))
        written = cursor.rowcount
        cursor.execute(*_delete(read_model, selection).bound(**values))
        return RowsChanged(written=written, deleted=cursor.rowcount)


@cache
def _upsert(read_model: type[ReadModel], selection: Selection) -> Statement:
    using = projection_of(read_model).using
    quote = connections[using].ops.quote_name
    rows, key = (
        computed(read_model, selection),
        [quote(column) for column in projection_of(read_model).key.columns],
    )
    columns = [quote(column) for column in column_names(read_model)]
    values = [column for column in columns if column not in key]
    table = quote(table_name(read_model))
    differs = load("cqrs_read", "upsert", using).differs(
        [f"{table}.{column}" for column in values], [f"excluded.{column}" for column in values]
    )
    settings = ", ".join(f"{column} = excluded.{column}" for column in values)
    update = f"UPDATE SET {settings} WHERE {differs}" if values else "NOTHING"
    listed = ", ".join(columns)
    return Statement(
        # WHERE TRUE: SQLite would take ON CONFLICT for a join's ON.
        sql=f"INSERT INTO {table} ({listed}) SELECT {listed} FROM ({rows.sql}) wanted WHERE TRUE "
        f"ON CONFLICT ({', '.join(key)}) DO {update}",
        params=rows.params,
    )


@cache
def _delete(read_model: type[ReadModel], selection: Selection) -> Statement:
    """Rows whose keys the source no longer yields. The keys stand in both parts, or the second is computed whole."""
    projection = projection_of(read_model)
    selected, params = projection.key.condition(selection)
    source, own = selected_source(read_model, selection), ", ".join(projection.key.names())
    table = connections[projection.using].ops.quote_name(projection.key.table)
    return Statement(
        sql=f"DELETE FROM {table} WHERE {selected} AND ({own}) NOT IN ({source.sql})",
        params=(*params, *source.params),
    )
