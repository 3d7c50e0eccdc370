"""Lanes on SQLite: one writer at a time, so whoever may write has every lane."""

import sqlite3
from datetime import datetime

from django.db import connections

# The columns beside min(id) are those of its row: https://sqlite.org/lang_select.html#bareagg
RUNNABLE = """
SELECT lane_key FROM (
    SELECT lane_key, min(id), state, not_before FROM cqrs_command_log
     WHERE open AND queue = %s AND lane_key BETWEEN %s AND %s
     GROUP BY lane_key)
 WHERE state IN ('accepted', 'retrying') AND (not_before IS NULL OR not_before <= %s)
 ORDER BY lane_key LIMIT %s
"""

# Changes no row, but takes the write lock, waiting for it as long as the connection's timeout allows. A
# transaction that began by reading would fail at once instead when another one has written meanwhile.
LOCK = "UPDATE cqrs_command_log SET state = state WHERE id = 0"

PASSING_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def runnable(using: str, queue: str, *, low: int, high: int, now: datetime, limit: int) -> list[int]:
    """Up to ``limit`` keys, ``low`` to ``high``, of lanes whose first open command may run ``now``."""
    connection = connections[using]
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(RUNNABLE, [queue, low, high, moment, limit])
        return [lane_key for (lane_key,) in cursor.fetchall()]


def lock(using: str, lane_key: int) -> bool:
    """Take every lane until the transaction ends, waiting for the worker that has them."""
    with connections[using].cursor() as cursor:
        cursor.execute(LOCK)
    return True


def misconfigured(using: str) -> str | None:
    """What is wrong with the settings of the alias, if anything is."""
    mode = connections[using].settings_dict.get("OPTIONS", {}).get("transaction_mode")
    if mode in ("IMMEDIATE", "EXCLUSIVE"):
        return None
    return (
        f"Transactions of the SQLite database '{using}' that read first and write later fail when another "
        'one writes meanwhile. Set its OPTIONS to {"transaction_mode": "IMMEDIATE"}.'
    )


def is_passing(error: BaseException) -> bool:
    """Whether the database itself, not the command, was the reason: the same attempt may succeed later."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, sqlite3.OperationalError):
        cause = cause.__cause__
    return cause is not None and cause.sqlite_errorcode & 0xFF in PASSING_CODES
