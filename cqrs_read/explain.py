"""An explanation: everything that follows from a read model's declaration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlparse
from django.db import connections

from cqrs_read.compute.query import Statement, computed
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.selection import Placeholder, Selection
from cqrs_read.declaration.table import table_name
from cqrs_read.fan_out.dependencies import Dependency, dependencies
from cqrs_read.fan_out.expand import expansion
from cqrs_read.fan_out.indexes import MissingIndex, missing_indexes
from cqrs_read.standing.state import drift_of


@dataclass(frozen=True, kw_only=True)
class ExplainedDependency:
    """A table that the read model depends on, and the way from a change in it to the source's rows.

    ``key`` are the columns that a change is logged under, in the change log's ``stream``; ``columns`` those whose
    change is logged. ``fan_out`` is the way in words, ``expansion`` the SQL of it: empty where the logged keys are
    the source's own.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    stream: str
    fan_out: str
    expansion: str


@dataclass(frozen=True, kw_only=True)
class ExplainedTriggers:
    """A table's triggers: ``installed``, ``missing``, ``disabled`` or ``stale``; or there is ``no table``."""

    table: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What :func:`explain` says; ``sql`` computes the rows of some keys, ``using`` is the alias of the source."""

    read_model: str
    source: str
    using: str
    dependencies: tuple[ExplainedDependency, ...]
    triggers: tuple[ExplainedTriggers, ...]
    sql: str
    missing_indexes: tuple[MissingIndex, ...]


def explain(read_model: type[ReadModel]) -> Explanation:
    """What ``read_model`` depends on and how it is kept true, as things stand in the database.

    Raises:
        ProjectionError: if the declaration cannot be kept true.
    """
    projection = projection_of(read_model)
    return Explanation(
        read_model=name_of(read_model),
        source=projection.source._meta.label,
        using=projection.using,
        dependencies=tuple(_explained(read_model, dependency) for dependency in dependencies(read_model)),
        triggers=tuple(_triggers(read_model)),
        sql=formatted(computed(read_model, Selection.KEYS)),
        missing_indexes=tuple(missing_indexes(read_model)),
    )


def _explained(read_model: type[ReadModel], dependency: Dependency) -> ExplainedDependency:
    projection = projection_of(read_model)
    way = expansion(read_model, dependency)
    return ExplainedDependency(
        table=dependency.table,
        key=dependency.key,
        columns=tuple(sorted(dependency.columns)),
        stream=dependency.stream,
        fan_out=_in_words(table_name(projection.source), dependency),
        expansion=formatted(way) if way else "",
    )


def _in_words(source: str, dependency: Dependency) -> str:
    """``product → orderline (sku = sku) → order (id = order_id)``: from the change to the source."""
    steps = [dependency.table]
    parents = [source, *(hop.table for hop in dependency.path)]
    for parent, hop in reversed(list(zip(parents, dependency.path, strict=False))):
        steps.append(f"{parent} ({hop.lhs} = {hop.table}.{hop.rhs})")
    return " → ".join(steps) if dependency.path else f"{source}, the source itself"


def _triggers(read_model: type[ReadModel]) -> Iterator[ExplainedTriggers]:
    drifted = {item.table: item.kind for item in drift_of(read_model)}
    connection = connections[projection_of(read_model).using]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
    for table in dict.fromkeys(dependency.table for dependency in dependencies(read_model)):
        yield ExplainedTriggers(
            table=table, state=drifted.get(table, "installed") if table in existing else "no table"
        )


def formatted(statement: Statement) -> str:
    """The SQL of ``statement`` for people, its placeholders as ``:keys``, ``:above`` and ``:up_to``."""
    values = tuple(_literal(param) for param in statement.params)
    return str(sqlparse.format(statement.sql % values, reindent=True))


def _literal(value: Any) -> str:
    if isinstance(value, Placeholder):
        return f":{value.name.lower()}"
    if value is None:
        return "NULL"
    if isinstance(value, (str, datetime)):
        return "'" + str(value).replace("'", "''") + "'"
    return str(value)
