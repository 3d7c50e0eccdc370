"""Flushing: what this process has counted is added to the table, in one statement a second at most.

When a request has been answered, on its own connection, so that it needs neither a thread nor a connection of its
own and the client waits for nothing. What was counted within a second after the last flush waits for the next
request of the process, or its end.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from contextlib import suppress
from time import monotonic
from typing import Any

from django.db import connections, router
from django.http import HttpResponseBase

from cqrs_routing.models import TrafficCount
from cqrs_routing.traffic.counts import Cell, counts
from cqrs_write.aside import asking
from cqrs_write.backends import load

logger = logging.getLogger(__name__)

INTERVAL = 1.0
"""Seconds between two flushes of a process."""

ADD = """
INSERT INTO cqrs_traffic (endpoint, slot, stint, side, metric, bucket, count) VALUES {rows}
ON CONFLICT (endpoint, slot, stint, side, metric, bucket) DO UPDATE SET count = cqrs_traffic.count + excluded.count
"""
ROW = "(%s, %s, %s, %s, %s, %s, %s)"
ROWS = 2_000
"""Rows of one statement, at most: databases limit the number of parameters."""

_flushing = threading.Lock()
_last = float("-inf")
_failing = False
_database: Any = None
"""The name of the database that was flushed to."""


def see_to_the_end() -> None:
    """Have what is left be added when the process ends, and forgotten by its children."""
    atexit.register(_at_exit)
    os.register_at_fork(after_in_child=counts.take)


def flush_behind(response: HttpResponseBase) -> None:
    """Flush what is waiting when the client has ``response``, if it is time.

    Before Django closes the connections that are to be closed then: one that was opened later would stay.
    """
    if monotonic() - _last >= INTERVAL:
        response._resource_closers.append(flush_if_due)  # type: ignore[attr-defined]


def flush_if_due() -> None:
    """On the connection that the request has had; a thread that has none opens none, which nobody would close."""
    connected = connections[router.db_for_write(TrafficCount)].connection is not None
    if connected and monotonic() - _last >= INTERVAL:
        flush()


def flush() -> None:
    """Add what was counted. Never raises; what cannot be added is kept for the next time.

    Not within a transaction, which is a test's: it would be rolled back, and the counts with it.
    """
    global _last, _failing, _database
    using = router.db_for_write(TrafficCount)
    if connections[using].in_atomic_block or not _flushing.acquire(blocking=False):
        return
    try:
        cells = counts.take()
        try:
            add(cells, using)
            _failing, _database = False, connections[using].settings_dict["NAME"]
        except Exception:
            counts.give_back(cells)
            if not _failing:
                logger.warning("What was counted of the traffic cannot be stored yet.", exc_info=True)
            _failing = True
        _last = monotonic()
    finally:
        _flushing.release()


def add(cells: dict[Cell, int], using: str) -> None:
    """Add ``cells`` to the table: in the order of its key, so that processes cannot block each other in a circle."""
    ordered = sorted(cells.items())
    with asking(using) as cursor, load("cqrs_write", "locks", using).waiting_briefly(using):
        for start in range(0, len(ordered), ROWS):
            part = ordered[start : start + ROWS]
            params = [value for cell, count in part for value in (*cell, count)]
            cursor.execute(ADD.format(rows=", ".join([ROW] * len(part))), params)


def _at_exit() -> None:
    # After tests the alias is that of the real database again, which is none of theirs.
    using = router.db_for_write(TrafficCount)
    if counts.waiting and connections[using].settings_dict["NAME"] == _database:
        with suppress(Exception):  # the database may be gone before its clients are
            add(counts.take(), using)
