"""The one path that changes a read model's rows: compute those of some keys, and make the table equal."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.db import connections, transaction

from cqrs_read.compute.query import Statement, computed, selected_source
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.selection import Selection
from cqrs_read.declaration.table import column_names, table_name
from cqrs_read.store.incoming import incoming
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
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            load("cqrs_read", "upsert", using).lock(cursor, lock_key(name_of(read_model)))
        yield


@contextmanager
def refreshing(read_model: type[ReadModel]) -> Iterator[bool]:
    """The same for one refresher of many: yields whether it is this one's turn; no other waits behind it.

    A lock of its own decides that, so that a backfill, which has the rows' lock most of the time, is waited for.
    """
    using, name = projection_of(read_model).target, name_of(read_model)
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            backend = load("cqrs_read", "upsert", using)
            mine = backend.lock_if_first(cursor, lock_key(f"{name} refresher"), lock_key(name))
        yield mine


def lock_key(name: str) -> int:
    """A signed 64-bit number for the advisory lock of the read model ``name``."""
    digest = hashlib.sha256(f"cqrs_read:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def recompute(read_model: type[ReadModel], keys: list[str]) -> RowsChanged:
    """Make the rows of ``keys`` (text) what the declaration says. Call it within :func:`changing`."""
    if _in_one_database(read_model):
        return _recompute_keys(read_model, keys)
    return _recompute_across(read_model, Selection.KEYS, keys=keys)


def recompute_range(read_model: type[ReadModel], above: str | None, up_to: str | None) -> RowsChanged:
    """The same for all keys above ``above`` up to and including ``up_to``; None leaves that side open."""
    selection = Selection.of_range(above, up_to)
    if _in_one_database(read_model):
        return _recompute_range(read_model, selection, above=above, up_to=up_to)
    return _recompute_across(read_model, selection, above=above, up_to=up_to)


def delete_surplus(read_model: type[ReadModel], above: str | None, up_to: str | None, keys: list[str]) -> int:
    """Delete the rows in that range, ``keys`` (text) aside: all that the source has there. Returns how many."""
    own, selection = projection_of(read_model).key, Selection.of_range(above, up_to)
    (within, bounds), (kept, listed) = own.condition(selection), own.condition(Selection.KEYS)
    table = connections[own.using].ops.quote_name(own.table)
    statement = Statement(
        sql=f"DELETE FROM {table} WHERE {within} AND NOT ({kept})", params=(*bounds, *listed)
    )
    values = _values(own.using, keys, {"above": above, "up_to": up_to})
    with connections[own.using].cursor() as cursor:
        cursor.execute(*statement.bound(**values))
        return int(cursor.rowcount)


def _in_one_database(read_model: type[ReadModel]) -> bool:
    projection = projection_of(read_model)
    return projection.using == projection.target


def _recompute_keys(read_model: type[ReadModel], keys: list[str]) -> RowsChanged:
    """Nothing is left over where every key has a row to store: only then nothing is looked for."""
    using = projection_of(read_model).target
    values = _values(using, keys, {})
    rows, params = computed(read_model, Selection.KEYS).bound(**values)
    with connections[using].cursor() as cursor:
        backend = load("cqrs_read", "upsert", using)
        wanted, written = backend.store(cursor, rows, params, partial(_upsert_from, read_model))
        if wanted == len(set(keys)):
            return RowsChanged(written=written)
        cursor.execute(*_delete(read_model, Selection.KEYS).bound(**values))
        return RowsChanged(written=written, deleted=cursor.rowcount)


def _recompute_range(read_model: type[ReadModel], selection: Selection, **bounds: str | None) -> RowsChanged:
    statements = [_upsert(read_model, selection).bound(**bounds)]
    # Where no row was, none is left over: a first fill need not look for them.
    if _any_row(read_model, selection, bounds):
        statements.append(_delete(read_model, selection).bound(**bounds))
    return _executed(read_model, *statements)


def _recompute_across(
    read_model: type[ReadModel], selection: Selection, *, keys: list[str] | None = None, **bounds: str | None
) -> RowsChanged:
    """From one database to another one."""
    projection = projection_of(read_model)
    here, there = (_values(using, keys, bounds) for using in (projection.target, projection.using))
    with incoming(read_model, selection, **there) as table:
        return _executed(
            read_model,
            (_upsert_from(read_model, f"SELECT * FROM {table}"), []),
            _delete_beyond(read_model, selection, table).bound(**here),
        )


def _values(using: str, keys: list[str] | None, bounds: dict[str, str | None]) -> dict[str, Any]:
    """What the placeholders of a statement on the alias ``using`` stand for."""
    return {"keys": None if keys is None else load("cqrs_read", "keys", using).adapted(keys), **bounds}


def _executed(read_model: type[ReadModel], *statements: tuple[str, list[Any]]) -> RowsChanged:
    counts = []
    with connections[projection_of(read_model).target].cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            counts.append(cursor.rowcount)
    return RowsChanged(written=counts[0], deleted=sum(counts[1:]))


def _any_row(read_model: type[ReadModel], selection: Selection, bounds: dict[str, str | None]) -> bool:
    key = projection_of(read_model).key
    selected, params = key.condition(selection)
    table = connections[key.using].ops.quote_name(key.table)
    statement = Statement(sql=f"SELECT 1 FROM {table} WHERE {selected} LIMIT 1", params=params)
    with connections[key.using].cursor() as cursor:
        cursor.execute(*statement.bound(**bounds))
        return cursor.fetchone() is not None


@cache
def _upsert(read_model: type[ReadModel], selection: Selection) -> Statement:
    rows = computed(read_model, selection)
    return Statement(sql=_upsert_from(read_model, rows.sql), params=rows.params)


@cache
def _upsert_from(read_model: type[ReadModel], rows: str) -> str:
    """SQL that brings the table in step with ``rows``, a query for rows of it; deletes nothing."""
    projection = projection_of(read_model)
    quote = connections[projection.target].ops.quote_name
    key = [quote(column) for column in projection.key.columns]
    columns = [quote(column) for column in column_names(read_model)]
    values = [column for column in columns if column not in key]
    table = quote(table_name(read_model))
    differs = load("cqrs_read", "upsert", projection.target).differs(
        [f"{table}.{column}" for column in values], [f"excluded.{column}" for column in values]
    )
    settings = ", ".join(f"{column} = excluded.{column}" for column in values)
    update = f"UPDATE SET {settings} WHERE {differs}" if values else "NOTHING"
    listed = ", ".join(columns)
    # WHERE TRUE: SQLite would take ON CONFLICT for a join's ON.
    return (
        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM ({rows}) wanted WHERE TRUE "
        f"ON CONFLICT ({', '.join(key)}) DO {update}"
    )


@cache
def _delete(read_model: type[ReadModel], selection: Selection) -> Statement:
    """Rows whose keys the source no longer yields. The keys stand in both parts, or the second is computed whole."""
    source = selected_source(read_model, selection)
    return _delete_but(read_model, selection, source)


@cache
def _delete_beyond(read_model: type[ReadModel], selection: Selection, table: str) -> Statement:
    """Rows whose keys are not in ``table``."""
    projection = projection_of(read_model)
    quote = connections[projection.target].ops.quote_name
    listed = ", ".join(quote(column) for column in projection.key.columns)
    return _delete_but(read_model, selection, Statement(sql=f"SELECT {listed} FROM {table}", params=()))


def _delete_but(read_model: type[ReadModel], selection: Selection, kept: Statement) -> Statement:
    projection = projection_of(read_model)
    selected, params = projection.key.condition(selection)
    table = connections[projection.target].ops.quote_name(projection.key.table)
    own = ", ".join(projection.key.names())
    return Statement(
        sql=f"DELETE FROM {table} WHERE {selected} AND ({own}) NOT IN ({kept.sql})",
        params=(*params, *kept.params),
    )
