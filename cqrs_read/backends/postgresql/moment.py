"""A moment on PostgreSQL: the refresh locks, a snapshot behind them, and what a transaction has logged itself."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import Error

from cqrs_read.backends.postgresql.upsert import PREPARED

CAN_CATCH_UP = True
"""Whether read models can be caught up in a snapshot, behind locks that another connection has."""

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
LOCK_TIMEOUT, CANCELED, IN_FAILED_TRANSACTION = "55P03", "57014", "25P02"

# The transaction's number is the same in its savepoints.
OWN = "SELECT stream, keys FROM cqrs_change_log WHERE xid = pg_current_xact_id_if_assigned() AND stream = ANY (%s)"


def lock(cursor: Any, keys: Sequence[int], seconds: float) -> None:
    """Wait until no other transaction changes the rows of any of these read models, ``seconds`` for each."""
    locks = "; ".join(f"SELECT pg_advisory_xact_lock({int(key)})" for key in keys)
    cursor.execute(f"SET LOCAL lock_timeout = '{_milliseconds(seconds)}ms'; {locks}")


def reading(connection: Any) -> AbstractContextManager[None]:
    """While a transaction begins that reads."""
    return nullcontext()


def fix(cursor: Any, seconds: float) -> None:
    """Have the transaction that has just begun see the state of this moment until it ends.

    Not a limit on waiting for locks: a trigger that runs into one would take it for a change that cannot be logged,
    while it lets the end of a statement's time pass.
    """
    cursor.execute(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; "
        f"SET LOCAL statement_timeout = '{_milliseconds(seconds)}ms'; SELECT 1"
    )


def prepare(cursor: Any) -> None:
    """The settings for computing rows, until the savepoint is rolled back."""
    cursor.execute(f"SELECT {PREPARED}")


def own_changes(cursor: Any, streams: Sequence[str]) -> list[tuple[str, list[str] | None]]:
    """The (stream, keys) rows that this transaction has logged itself; keys None is "everything"."""
    cursor.execute(OWN, [list(streams)])
    return list(cursor.fetchall())


def hinders(error: Error) -> bool:
    """Whether a view may have met this only since it ran in a snapshot, with limits, and all in one transaction."""
    return is_passing(error) or _state(error) in (LOCK_TIMEOUT, CANCELED, IN_FAILED_TRANSACTION)


def is_passing(error: Error) -> bool:
    """Whether the same may succeed in a new transaction."""
    return _state(error) in (SERIALIZATION_FAILURE, DEADLOCK)


def _state(error: Error) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))  # 0 would be no limit
