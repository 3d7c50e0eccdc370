"""What has to be captured: for the declarations of the code, and for those that fill a table until it is rebuilt."""

from collections.abc import Iterator
from contextlib import suppress

from django.db import connections

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.models import ReadModelState
from cqrs_read.standing.state import fingerprint
from cqrs_read.standing.version import SUFFIX
from cqrs_write.backends import load
from cqrs_write.capture.table import Watch


def watches(using: str) -> Iterator[Watch]:
    """What all read models whose sources are on the alias ``using`` need to be captured there."""
    declared: list[type[ReadModel]] = []
    for read_model in read_models():
        # One that is refused must not keep the others from being captured; a check says so.
        with suppress(ProjectionError):
            if projection_of(read_model).using == using:
                declared.append(read_model)
                yield from [dependency.watch for dependency in dependencies(read_model)]
    yield from _stored(using, declared)


def _stored(using: str, declared: list[type[ReadModel]]) -> Iterator[Watch]:
    """The watches of declarations that the code no longer has, or not yet, while other processes follow them.

    During a rolling deployment the triggers must be enough for the old and for the new code. What names a column
    that a migration has taken away is of no use to anybody.
    """
    by_name = {name_of(model): model for model in declared}
    for target in {projection_of(model).target for model in declared}:
        if not _has_watches(target):
            continue
        for state in ReadModelState.objects.using(target).exclude(position=""):
            read_model = by_name.get(state.name.removesuffix(SUFFIX))
            if read_model and state.fingerprint != _fingerprint(read_model):
                yield from _still_there(using, state)


def _fingerprint(read_model: type[ReadModel]) -> str:
    """Of the declaration in the code; empty where it is refused."""
    try:
        return fingerprint(read_model)
    except ProjectionError:
        return ""


def _has_watches(target: str) -> bool:
    """Not before our own migrations have run."""
    with connections[target].cursor() as cursor:
        columns = load("cqrs_read", "tables", target).columns(cursor, ReadModelState._meta.db_table)
    return "watches" in columns


def _still_there(using: str, state: ReadModelState) -> Iterator[Watch]:
    for table, key, columns in state.watches:
        with connections[using].cursor() as cursor:
            there = load("cqrs_read", "tables", using).columns(cursor, table)
        if there.issuperset(key):
            yield Watch(table=table, key=tuple(key), columns=frozenset(columns) & there)
