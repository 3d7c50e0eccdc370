"""Locks on PostgreSQL: waited for briefly, since whoever waits for a table makes every later writer wait too."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections, transaction

TIMEOUT = "200ms"


def limit_wait(cursor: Any) -> None:
    """Give up soon, for the rest of this transaction."""
    cursor.execute(f"SET LOCAL lock_timeout = '{TIMEOUT}'")


@contextmanager
def waiting_briefly(using: str) -> Iterator[None]:
    """A block whose statements give up soon; within a transaction that is open, it waits as that does."""
    connection = connections[using]
    if connection.in_atomic_block or not connection.get_autocommit():
        yield
        return
    with transaction.atomic(using=using):
        with connection.cursor() as cursor:
            limit_wait(cursor)
        yield


def is_timeout(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "55P03"


def pause(attempt: int) -> None:
    """Let the writers that queued behind the last attempt pass."""
    time.sleep(min(2.0, 0.1 * attempt) * random.uniform(0.5, 1.5))


def is_alone(cursor: Any, key: int) -> bool:
    """Whether nobody else has the advisory lock ``key``; then it is this transaction's."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
    return bool(cursor.fetchone()[0])


def wait_for(cursor: Any, key: int) -> None:
    """Wait until nobody else has the advisory lock ``key``; then it is this transaction's."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
