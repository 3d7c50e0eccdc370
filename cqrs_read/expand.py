"""From the keys in the change log to the keys of the source rows that they touch."""

from functools import cache

from django.db import connections

from cqrs_read.dependencies import Dependency, dependencies
from cqrs_read.projection import projection_of
from cqrs_read.query import Statement
from cqrs_read.read_model import ReadModel
from cqrs_read.selection import Placeholder
from cqrs_read.table import key_column, table_name
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
    projection = projection_of(read_model)
    connection = connections[projection.using]
    backend, quote = load("cqrs_read", "keys", projection.using), connection.ops.quote_name
    source, key = table_name(projection.source), key_column(projection.source)
    hops = list(dependency.path)
    if not hops or (len(hops) == 1 and hops[0].lhs == key):
        return None
    *inner, last = hops
    # The first join is with the source on its key alone: the child's foreign key says as much.
    trimmed = bool(inner) and inner[0].lhs == key
    start, wanted = (1, f"t1.{quote(inner[0].rhs)}") if trimmed else (0, f"t0.{quote(key)}")
    tables = [source, *(hop.table for hop in inner)]
    joins = "".join(
        f" JOIN {quote(hop.table)} t{place} ON t{place - 1}.{quote(hop.lhs)} = t{place}.{quote(hop.rhs)}"
        for place, hop in enumerate(inner, start=1)
        if place > start
    )
    key_type = backend.key_type(connection, tables[-1], last.lhs)
    found = backend.among(f"t{len(inner)}.{quote(last.lhs)}", key_type)
    return Statement(
        sql=f"SELECT DISTINCT {backend.text(wanted)} FROM {quote(tables[start])} t{start}{joins} WHERE {found}",
        params=(Placeholder.KEYS,),
    )


def _expanded(read_model: type[ReadModel], statement: Statement, keys: frozenset[str]) -> set[str]:
    using = projection_of(read_model).using
    backend, ordered, found = load("cqrs_read", "keys", using), sorted(keys), set[str]()
    with connections[using].cursor() as cursor:
        for start in range(0, len(ordered), BATCH):
            cursor.execute(*statement.bound(keys=backend.adapted(ordered[start : start + BATCH])))
            found.update(key for (key,) in cursor.fetchall() if key is not None)
    return found
