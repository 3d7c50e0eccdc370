"""The backlog: what a window held beyond one transaction, worked off a page at a time between fresh windows."""

from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.fan_out.expand import expansion_page
from cqrs_read.fan_out.route import Route, routes
from cqrs_read.models import Backlog
from cqrs_write import window
from cqrs_write.backends import load

COLUMNS = "read_model, kind, dependency, keys, attempts, error, logged_at"
CARRIED = 20
"""Rows carried to another database at once."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Source keys to compute next, and whether they are the last of their backlog row."""

    keys: list[str]
    last: bool


def set_aside(read_model: type[ReadModel], route: Route, keys: list[str], size: int) -> None:
    """Put the keys of ``route`` into the backlog, ``size`` in a row at most."""
    Backlog.objects.using(projection_of(read_model).target).bulk_create(
        Backlog(read_model=name_of(read_model), dependency=route.name, keys=keys[start : start + size])
        for start in range(0, len(keys), size)
    )


def set_aside_bulk(read_model: type[ReadModel], since: str, until: str, mark: Any, size: int) -> None:
    """Put into the backlog what :func:`cqrs_write.window.newest` has left of a window.

    The database moves it by itself; only to another database it is carried over, in pieces.
    """
    projection = projection_of(read_model)
    known = routes(read_model)
    streams = sorted({route.stream for route in known})
    bulk, params = window.bulk(projection.using, since, until, streams, mark, size)
    places = ", ".join(["(%s, %s)"] * len(known))
    named = [value for route in known for value in (route.stream, route.name)]
    select = (
        f"WITH d (stream, name) AS (VALUES {places}) SELECT %s, '{Backlog.Kind.WAITING.value}', d.name, b.keys, "
        f"0, '', b.logged_at FROM ({bulk}) b JOIN d ON d.stream = b.stream"
    )
    values = [*named, name_of(read_model), *params]
    if projection.using == projection.target:
        with connections[projection.target].cursor() as cursor:
            cursor.execute(f"INSERT INTO cqrs_backlog ({COLUMNS}) {select}", values)
    else:
        _carry_over(projection.using, projection.target, select, values)


def next_row(read_model: type[ReadModel]) -> Backlog | None:
    """The oldest row of the backlog of ``read_model`` that is due."""
    rows = Backlog.objects.using(projection_of(read_model).target).filter(read_model=name_of(read_model))
    return rows.filter(Q(not_before=None) | Q(not_before__lte=timezone.now())).first()


def page(read_model: type[ReadModel], route: Route, row: Backlog, size: int) -> Page:
    """The next ``size`` source keys that ``row`` stands for."""
    if route.dependency is None:
        rest = sorted(key for key in row.keys if row.cursor is None or key > row.cursor)
        return Page(keys=rest[:size], last=len(rest) <= size)
    statement = expansion_page(read_model, route.dependency, row.cursor is not None)
    if statement is None:
        raise LookupError(route.name)
    using = projection_of(read_model).using
    sql, params = statement.bound(keys=load("cqrs_read", "keys", using).adapted(row.keys), above=row.cursor)
    with connections[using].cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {int(size)}", params)
        keys = [key for (key,) in cursor.fetchall()]
    return Page(keys=keys, last=len(keys) < size)


def move_on(row: Backlog, done: Page) -> None:
    """Record that ``done`` is done: the row's cursor moves, or the row goes."""
    if done.last:
        row.delete()
    else:
        row.cursor = done.keys[-1]
        row.save(update_fields=["cursor"])


def forget_waiting(read_model: type[ReadModel]) -> None:
    """Drop what waits: every row is going to be computed anew from a later position."""
    rows = Backlog.objects.using(projection_of(read_model).target)
    rows.filter(read_model=name_of(read_model), kind=Backlog.Kind.WAITING).delete()


def _carry_over(source: str, target: str, select: str, values: list[Any]) -> None:
    loaded = load("cqrs_read", "keys", source).loaded
    with connections[source].chunked_cursor() as cursor:
        cursor.execute(select, values)
        while rows := cursor.fetchmany(CARRIED):
            Backlog.objects.using(target).bulk_create(
                Backlog(
                    read_model=name,
                    kind=kind,
                    dependency=dependency,
                    keys=loaded(keys),
                    logged_at=window.moment(source, logged_at),
                )
                for name, kind, dependency, keys, _, _, logged_at in rows
            )
