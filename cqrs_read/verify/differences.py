"""Comparing a read model's rows with what its declaration says, for a range of keys or for given ones."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connections

from cqrs_read.compute.query import Statement, computed
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.selection import Selection
from cqrs_read.declaration.table import column_names
from cqrs_read.store.incoming import incoming
from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One key on which table and declaration disagree.

    ``kind`` is ``missing`` (no row, though the source yields one), ``surplus`` (a row that nothing yields) or
    ``different``, in ``columns``; ``values`` has of each of these what is wanted and what is there.
    """

    key: str
    kind: str
    columns: tuple[str, ...] = ()
    values: tuple[tuple[Any, Any], ...] = field(default=(), compare=False)


def differences(read_model: type[ReadModel], selection: Selection, **values: Any) -> list[Difference]:
    """The differences among the selected keys, as the transaction around the call sees them.

    Args:
        values: of the selection: ``keys`` as text, or ``above`` and ``up_to``.
    """
    projection = projection_of(read_model)
    here, there = (_adapted(using, values) for using in (projection.target, projection.using))
    if projection.using == projection.target:
        return _found(read_model, selection, computed(read_model, selection), here)
    with incoming(read_model, selection, **there) as table:
        return _found(read_model, selection, Statement(sql=f"SELECT * FROM {table}", params=()), here)


def _adapted(using: str, values: dict[str, Any]) -> dict[str, Any]:
    if "keys" not in values:
        return values
    return {"keys": load("cqrs_read", "keys", using).adapted(values["keys"])}


def _found(
    read_model: type[ReadModel], selection: Selection, rows: Statement, values: dict[str, Any]
) -> list[Difference]:
    """How the table differs from ``rows``, which are those that are wanted."""
    fields = [field.name for field in read_model._meta.concrete_fields]
    comparison = _comparison(read_model, selection, rows.sql)
    statement = Statement(sql=comparison.sql, params=(*rows.params, *comparison.params))
    with connections[projection_of(read_model).target].cursor() as cursor:
        cursor.execute(*statement.bound(**values))
        return [_difference(fields, row) for row in cursor.fetchall()]


def _difference(fields: list[str], row: tuple[Any, ...]) -> Difference:
    key, is_wanted, is_there, *rest = row
    if not is_there:
        return Difference(key=key, kind="missing")
    if not is_wanted:
        return Difference(key=key, kind="surplus")
    size = len(fields)
    columns = zip(fields, rest[:size], rest[size : 2 * size], rest[2 * size :], strict=True)
    differing = [(name, (wanted, there)) for name, differs, wanted, there in columns if differs]
    return Difference(
        key=key,
        kind="different",
        columns=tuple(name for name, _ in differing),
        values=tuple(values for _, values in differing),
    )


@cache
def _comparison(read_model: type[ReadModel], selection: Selection, rows: str) -> Statement:
    """For the ``rows`` in which table and declaration disagree: key, wanted, there; and for all fields one flag,
    what is wanted, and what is there. The parameters of ``rows`` come first.
    """
    key = projection_of(read_model).key
    quote, backend = connections[key.using].ops.quote_name, load("cqrs_read", "upsert", key.using)
    columns = [quote(column) for column in column_names(read_model)]
    wanted, there = ([f"{side}.{column}" for column in columns] for side in ("w", "t"))
    flags = [backend.differs([left], [right]) for left, right in zip(wanted, there, strict=True)]
    selected, params = key.condition(selection)
    text = f"COALESCE({key.text('w')}, {key.text('t')})"
    first = quote(key.columns[0])
    joined = " AND ".join(
        f"{left} = {right}" for left, right in zip(key.names("w"), key.names("t"), strict=True)
    )
    return Statement(
        sql=f"SELECT {text}, w.{first} IS NOT NULL, t.{first} IS NOT NULL, {', '.join([*flags, *wanted, *there])} "
        f"FROM ({rows}) w FULL JOIN (SELECT * FROM {quote(key.table)} WHERE {selected}) t "
        f"ON {joined} WHERE {backend.differs(wanted, there)}",
        params=params,
    )
