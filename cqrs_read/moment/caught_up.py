"""A moment that is brought about: under the refresh locks read models are caught up in one snapshot, and seen there."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from django.db import Error, OperationalError, connections

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.moment.catch_up import catch_up
from cqrs_read.moment.obstacle import refusing, unhindered
from cqrs_read.moment.seen import Limits, Seen
from cqrs_read.moment.undone import snapshot, undone
from cqrs_read.standing.state import reason_not_current, state_of
from cqrs_read.store.rows import lock_key
from cqrs_write.backends import load

C = TypeVar("C")
L = TypeVar("L")


def seen_caught_up(
    read_models: Sequence[type[ReadModel]],
    candidate: Callable[[], C],
    legacy: Callable[[], L],
    limits: Limits,
) -> Seen[C, L]:
    """Catch ``read_models`` up, call ``candidate``, undo it all, and call ``legacy`` in the same snapshot.

    The snapshot is taken under the locks: what a refresh has stored before is in it, and none stores anything that
    the catching up would run into.
    """
    using = projection_of(read_models[0]).target
    with ExitStack() as stack:
        with refusing(using):
            release = stack.enter_context(_locked(using, read_models, limits.lock_seconds))
            stack.enter_context(snapshot(using, limits.statement_seconds))
        with undone(using):
            with refusing(using):
                _catch_up(using, read_models, limits.keys)
            found = unhindered([using], candidate, "candidate")
        release()
        return Seen(candidate=found, legacy=unhindered([using], legacy, "legacy"))


def _catch_up(using: str, read_models: Sequence[type[ReadModel]], limit: int) -> None:
    with connections[using].cursor() as cursor:
        load("cqrs_read", "moment", using).prepare(cursor)
    for read_model in read_models:
        catch_up(read_model, limit)


@contextmanager
def _locked(
    using: str, read_models: Sequence[type[ReadModel]], seconds: float
) -> Iterator[Callable[[], None]]:
    """The refresh locks of ``read_models``, until the function is called that is yielded, or the block ends.

    They are a transaction's, on a connection of its own: it ends before the snapshot's does.
    """
    connection = connections[using].copy()
    try:
        connection.set_autocommit(False)
        _lock(connection, read_models, seconds)
        yield partial(_end, connection)
    finally:
        _end(connection)


def _lock(connection: Any, read_models: Sequence[type[ReadModel]], seconds: float) -> None:
    # In one order for all, or two of these could wait for each other.
    keys = [lock_key(name) for name in sorted(map(name_of, read_models))]
    try:
        with connection.cursor() as cursor:
            load("cqrs_read", "moment", connection.alias).lock(cursor, keys, seconds)
    except OperationalError as error:
        if not load("cqrs_write", "locks", connection.alias).is_timeout(error):
            raise
        raise NotCaughtUp(_why_locked(read_models, seconds)) from error


def _end(connection: Any) -> None:
    # Where the connection is gone the locks are too.
    with suppress(Error):
        if connection.connection is not None:
            connection.rollback()
    connection.close()


def _why_locked(read_models: Sequence[type[ReadModel]], seconds: float) -> str:
    reasons = (reason_not_current(read_model, state_of(read_model)) for read_model in read_models)
    names = ", ".join(map(name_of, read_models))
    return next(filter(None, reasons), f"{names}: a refresh has not made way within {seconds} s.")
