"""Asking the database aside: what the toolkit needs to know for itself, in the middle of somebody else's work."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connections, transaction


@contextmanager
def asking(using: str) -> Iterator[Any]:
    """A cursor whose failing statement breaks no transaction that is open, and whose statements nobody counts.

    They are not in ``connection.queries``, and so not in ``assertNumQueries()``.
    """
    connection = connections[using]
    log = connection.queries_log
    connection.queries_log = deque(maxlen=log.maxlen)
    try:
        nested = connection.in_atomic_block or not connection.get_autocommit()
        with transaction.atomic(using=using) if nested else nullcontext(), connection.cursor() as cursor:
            yield cursor
    finally:
        connection.queries_log = log
