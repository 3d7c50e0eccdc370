"""From the keys in the change log to the keys of the source rows that they touch."""

from dataclasses import dataclass
from functools import cache

from django.db import connections

from cqrs_read.compute.query import Statement
from cqrs_read.declaration.key import Key
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.selection import Placeholder, Selection
from cqrs_read.fan_out.dependencies import Dependency, Hop, dependencies
from cqrs_write.backends import load
from cqrs_write.changelog import Window

BATCH = 5000
"""Keys in one statement, at most."""


def touched_keys(read_model: type[ReadModel], window: Window) -> set[str]:
    """The source keys whose rows may have changed within ``window``, as text."""
    touched: set[str] = set()
    for dependency in dependencies(read_model):
        keys = window.keys.get(dependency.stream, frozenset())
        if keys and (statement := expansion(read_model, dependency)):
            touched |= _expanded(read_model, statement, keys)
        else:
            touched |= keys
    return touched


@cache
def expansion(read_model: type[ReadModel], dependency: Dependency) -> Statement | None:
    """The query from a dependency's keys to source keys as text; None where they are the source's keys already."""
    if not (way := _way_back(read_model, dependency)):
        return None
    return Statement(sql=f"SELECT DISTINCT {way.key} {way.rows}", params=way.params)


@cache
def expansion_page(read_model: type[ReadModel], dependency: Dependency, after: bool) -> Statement | None:
    """The same in the order of the source keys, to be read in pages: append ``LIMIT n``.

    Args:
        after: whether to go on above a source key, the placeholder ABOVE, instead of from the first one.
    """
    if not (way := _way_back(read_model, dependency)):
        return None
    beyond, params = way.wanted.condition(Selection.REST, way.alias) if after else (way.known, ())
    columns = ", ".join(way.wanted.names(way.alias))
    return Statement(
        # Grouped, not DISTINCT: that could only be sorted by the key's text.
        sql=f"SELECT {way.key} {way.rows} AND {beyond} GROUP BY {columns} ORDER BY {columns}",
        params=(*way.params, *params),
    )


@cache
def expansion_within(read_model: type[ReadModel], dependency: Dependency) -> Statement | None:
    """The same, of some source keys only: those that the placeholder WITHIN stands for."""
    if not (way := _way_back(read_model, dependency)):
        return None
    among, params = way.wanted.condition(Selection.KEYS, way.alias)
    within = tuple(Placeholder.WITHIN for _ in params)
    return Statement(sql=f"SELECT DISTINCT {way.key} {way.rows} AND {among}", params=(*way.params, *within))


@dataclass(frozen=True, kw_only=True)
class _WayBack:
    """The rows in which source keys stand beside the keys of a dependency.

    ``wanted`` are the source's key columns, or those that refer to them, in the table that is called ``alias``.
    """

    wanted: Key
    alias: str
    rows: str
    params: tuple[Placeholder, ...]

    @property
    def key(self) -> str:
        return self.wanted.text(self.alias)

    @property
    def known(self) -> str:
        """SQL that there is a source key: a child may have none."""
        return " AND ".join(f"{name} IS NOT NULL" for name in self.wanted.names(self.alias))


def _way_back(read_model: type[ReadModel], dependency: Dependency) -> _WayBack | None:
    key, hops = projection_of(read_model).source_key, list(dependency.path)
    if not hops:
        return None
    inner, column = _shortened(hops)
    if not inner and (column,) == key.columns:
        return None
    quote = connections[key.using].ops.quote_name
    # The first join is with the source on its key alone: the child's foreign key says as much.
    start = 1 if inner and (inner[0].lhs,) == key.columns else 0
    tables = [key.table, *(hop.table for hop in inner)]
    joins = "".join(
        f" JOIN {quote(hop.table)} t{place} ON t{place - 1}.{quote(hop.lhs)} = t{place}.{quote(hop.rhs)}"
        for place, hop in enumerate(inner, start=1)
        if place > start
    )
    found, params = Key(using=key.using, table=tables[-1], columns=(column,)).condition(
        Selection.KEYS, f"t{len(inner)}"
    )
    return _WayBack(
        wanted=Key(using=key.using, table=inner[0].table, columns=(inner[0].rhs,)) if start else key,
        alias=f"t{start}",
        rows=f"FROM {quote(tables[start])} t{start}{joins} WHERE {found}",
        params=params,
    )


def _shortened(hops: list[Hop]) -> tuple[list[Hop], str]:
    """The joins that are needed to reach the column which holds a dependency's keys, and that column.

    The table at the end is never joined, nor one before it of which only the column is needed that it shares.
    """
    *inner, last = hops
    column = last.lhs
    while inner and inner[-1].rhs == column:
        column = inner.pop().lhs
    return inner, column


def _expanded(read_model: type[ReadModel], statement: Statement, keys: frozenset[str]) -> set[str]:
    using = projection_of(read_model).using
    backend, ordered, found = load("cqrs_read", "keys", using), sorted(keys), set[str]()
    with connections[using].cursor() as cursor:
        for start in range(0, len(ordered), BATCH):
            cursor.execute(*statement.bound(keys=backend.adapted(ordered[start : start + BATCH])))
            found.update(key for (key,) in cursor.fetchall() if key is not None)
    return found
