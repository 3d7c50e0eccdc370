"""Which source keys are touched by changes that a read model has not consumed yet."""

from collections.abc import Iterator
from typing import Any

from django.db import connections

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.fan_out.expand import expansion_within
from cqrs_read.fan_out.route import Route, routes
from cqrs_read.models import Backlog
from cqrs_read.standing.state import state_of
from cqrs_write import window
from cqrs_write.backends import load

Sql = tuple[str, list[Any]]


def unconsumed(read_model: type[ReadModel], keys: list[str]) -> set[str]:
    """Those of ``keys`` (source keys, as text) that something touches which is not consumed yet.

    That is the window since the position, as the caller's snapshot shows it, and the backlog with what is parked.
    Whatever their size, memory is bounded: the database compares, within ``keys`` only. Where "everything" is not
    consumed yet, all of them are touched.
    """
    position, touched = state_of(read_model).position, set[str]()
    if not (position and keys):
        return touched
    if window.everything(projection_of(read_model).using, position, None, streams(read_model)):
        return set(keys)
    for route in routes(read_model):
        logged = window.keys_in(projection_of(read_model).using, position, route.stream)
        touched |= _touched(read_model, route, logged, keys)
    for route in {route.name: route for route in routes(read_model)}.values():
        for given in _backlog(read_model, route):
            touched |= _touched(read_model, route, given, keys)
    return touched


def _backlog(read_model: type[ReadModel], route: Route) -> Iterator[Sql]:
    """SQL of the keys of ``route`` in the backlog, one a row, called ``k``."""
    projection = projection_of(read_model)
    if projection.using != projection.target:
        yield from _carried_over(read_model, route)
        return
    backend = load("cqrs_read", "keys", projection.target)
    sql = backend.listed("cqrs_backlog", "keys", "read_model = %s AND dependency = %s")
    yield sql, [name_of(read_model), route.name]


def _carried_over(read_model: type[ReadModel], route: Route) -> Iterator[Sql]:
    """The backlog of another database, row by row."""
    backend = load("cqrs_read", "keys", projection_of(read_model).using)
    rows = Backlog.objects.using(projection_of(read_model).target).filter(
        read_model=name_of(read_model), dependency=route.name
    )
    for keys in rows.values_list("keys", flat=True).iterator(chunk_size=1):
        yield backend.given(), [backend.adapted(keys)]


def _touched(read_model: type[ReadModel], route: Route, given: Sql, keys: list[str]) -> set[str]:
    using = projection_of(read_model).using
    backend = load("cqrs_read", "keys", using)
    rows, params = given
    if route.dependency and (statement := expansion_within(read_model, route.dependency)):
        sql, bound = statement.bound(keys=_KEYS, within=backend.adapted(keys))
        sql = backend.from_rows(sql, rows)
        place = next(index for index, value in enumerate(bound) if value is _KEYS)
        bound[place : place + 1] = params
    else:
        sql = f"SELECT k FROM ({backend.given()}) wanted WHERE k IN (SELECT k FROM ({rows}) given)"
        bound = [backend.adapted(keys), *params]
    with connections[using].cursor() as cursor:
        cursor.execute(sql, bound)
        return {key for (key,) in cursor.fetchall() if key is not None}


_KEYS = object()
