"""The source keys that a window touches, as far as one transaction can do them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connections

from cqrs_read.compute.query import Statement
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.fan_out.expand import expansion
from cqrs_read.fan_out.route import Route, routes
from cqrs_write.backends import load
from cqrs_write.changelog import Window


@dataclass(kw_only=True)
class Touched:
    """``keys`` of the source; ``beyond`` has the routes, with their own keys, that lead to too many."""

    keys: set[str] = field(default_factory=set)
    beyond: list[tuple[Route, list[str]]] = field(default_factory=list)


def touched_by(read_model: type[ReadModel], window: Window, limit: int) -> Touched:
    """The source keys whose rows may have changed within ``window``: one round trip, if any.

    Args:
        limit: source keys that one route may lead to.
    """
    touched = Touched()
    expanded: list[Route] = []
    for route in routes(read_model):
        if keys := window.keys.get(route.stream):
            if route.dependency is None:
                touched.keys |= keys
            else:
                expanded.append(route)
    if expanded:
        for route, found in _expanded(read_model, tuple(expanded), window.keys, limit).items():
            if len(found) > limit:
                touched.beyond.append((route, sorted(window.keys[route.stream])))
            else:
                touched.keys |= found
    return touched


def _expanded(
    read_model: type[ReadModel], wanted: tuple[Route, ...], keys: Mapping[str, frozenset[str]], limit: int
) -> dict[Route, set[str]]:
    using = projection_of(read_model).using
    adapted = load("cqrs_read", "keys", using).adapted
    sql, params = "", list[Any]()
    for statement, route in zip(_parts(read_model, wanted, limit), wanted, strict=True):
        part, bound = statement.bound(keys=adapted(sorted(keys[route.stream])))
        sql += f" UNION ALL {part}" if sql else part
        params += bound
    found: dict[Route, set[str]] = {route: set() for route in wanted}
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params)
        for place, key in cursor.fetchall():
            if key is not None:
                found[wanted[place]].add(key)
    return found


@cache
def _parts(read_model: type[ReadModel], wanted: tuple[Route, ...], limit: int) -> Sequence[Statement]:
    """For each route its place and the keys that it leads to, one more than ``limit`` of them at most."""
    parts = []
    for place, route in enumerate(wanted):
        way = expansion(read_model, route.dependency) if route.dependency else None
        if way:
            sql = f"SELECT {place} AS place, f.* FROM (SELECT * FROM ({way.sql}) e LIMIT {limit + 1}) f"
            parts.append(Statement(sql=sql, params=way.params))
    return parts
