"""Undone: transactions that leave nothing behind, however they end."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connections, transaction

from cqrs_read.exceptions import NotCaughtUp
from cqrs_write.backends import load


@contextmanager
def undone(using: str) -> Iterator[None]:
    """A transaction, or a savepoint in the one that is open, which is rolled back at its end.

    Within it a durable one may begin, such as the one of ATOMIC_REQUESTS: Django allows that in a test's, and knows
    these by a mark.
    """
    atomic = transaction.atomic(using=using)
    atomic._from_testcase = True  # type: ignore[attr-defined]  # private to Django
    with atomic:
        yield
        transaction.set_rollback(True, using=using)


@contextmanager
def snapshot(using: str, seconds: float) -> Iterator[None]:
    """The same, which sees one state of the database from its first moment on.

    Args:
        seconds: that one statement may take, where the database can limit that.
    """
    connection, backend = connections[using], load("cqrs_read", "moment", using)
    with ExitStack() as stack:
        with backend.reading(connection):
            stack.enter_context(undone(using))
        with connection.cursor() as cursor:
            backend.fix(cursor, seconds)
        yield


def refuse_open(using: str) -> None:
    """Refuse a database on which a transaction is open already, whose state of it is another.

    Raises:
        NotCaughtUp: in one line.
    """
    connection = connections[using]
    if connection.in_atomic_block or not connection.get_autocommit():
        raise NotCaughtUp(f"A transaction is open on '{using}', and a moment needs one of its own.")
