"""From the keys in the change log to the keys of the source rows that they touch."""

from functools import cache

from django.db import connections

from cqrs_read.dependencies import Dependency, dependencies
from cqrs_read.key import Key
from cqrs_read.projection import projection_of
from cqrs_read.query import Statement
from cqrs_read.read_model import ReadModel
from cqrs_read.selection import Selection
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
    """The query from a dependency's keys to source keys; None where they are the source's keys already."""
    key = projection_of(read_model).source_key
    quote, hops = connections[key.using].ops.quote_name, list(dependency.path)
    if not hops or (len(hops) == 1 and (hops[0].lhs,) == key.columns):
        return None
    *inner, last = hops
    # The first join is with the source on its key alone: the child's foreign key says as much.
    trimmed = bool(inner) and (inner[0].lhs,) == key.columns
    wanted = Key(using=key.using, table=inner[0].table, columns=(inner[0].rhs,)) if trimmed else key
    start = 1 if trimmed else 0
    tables = [key.table, *(hop.table for hop in inner)]
    joins = "".join(
        f" JOIN {quote(hop.table)} t{place} ON t{place - 1}.{quote(hop.lhs)} = t{place}.{quote(hop.rhs)}"
        for place, hop in enumerate(inner, start=1)
        if place > start
    )
    way = Key(using=key.using, table=tables[-1], columns=(last.lhs,))
    found, params = way.condition(Selection.KEYS, f"t{len(inner)}")
    return Statement(
        sql=f"SELECT DISTINCT {wanted.text(f't{start}')} FROM {quote(tables[start])} t{start}{joins} WHERE {found}",
        params=params,
    )


def _expanded(read_model: type[ReadModel], statement: Statement, keys: frozenset[str]) -> set[str]:
    using = projection_of(read_model).using
    backend, ordered, found = load("cqrs_read", "keys", using), sorted(keys), set[str]()
    with connections[using].cursor() as cursor:
        for start in range(0, len(ordered), BATCH):
            cursor.execute(*statement.bound(keys=backend.adapted(ordered[start : start + BATCH])))
            found.update(key for (key,) in cursor.fetchall() if key is not None)
    return found
