"""A moment on SQLite: a transaction that only reads, which holds up no writer where the journal is a WAL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error

CAN_CATCH_UP = False
"""Whoever computes rows here is the one writer, whom all others wait for: no lock, and nothing to prepare."""

PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED")


@contextmanager
def reading(connection: Any) -> Iterator[None]:
    """While a transaction begins that reads: whatever the settings say, it does not become the writer for that."""
    connection.ensure_connection()
    mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        connection.transaction_mode = mode


def fix(cursor: Any, seconds: float) -> None:
    """Have the transaction that has just begun see the state of this moment until it ends: from its first read on."""
    cursor.execute("SELECT count(*) FROM sqlite_master")


def hinders(error: Error) -> bool:
    """Whether a view may have met this only since its transaction began by reading."""
    return is_passing(error)


def is_passing(error: Error) -> bool:
    """Whether the same may succeed in a new transaction."""
    return str(getattr(error.__cause__, "sqlite_errorname", "")).startswith(PASSING)
