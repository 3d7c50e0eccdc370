"""Lanes on PostgreSQL: finding lanes with work without reading the log, and one worker at a time in each."""

from datetime import datetime

import psycopg
from django.db import connections

from cqrs_write.exceptions import ConfigurationError

# Hops from the head of one lane to the head of the next in the index of open commands: as many steps as
# there are lanes, whatever waits in each. Ordering by (lane_key, id) and never by id alone leaves the planner
# no other index to choose, even with statistics taken when nothing was open. No ORDER BY outside: the
# recursion yields lanes in order, and stops as soon as LIMIT is served.
RUNNABLE = """
WITH RECURSIVE head AS (
    (SELECT lane_key, state, not_before FROM cqrs_command_log
      WHERE open AND queue = %(queue)s AND lane_key BETWEEN %(low)s AND %(high)s
      ORDER BY lane_key, id LIMIT 1)
    UNION ALL
    SELECT next.* FROM head CROSS JOIN LATERAL (
        SELECT lane_key, state, not_before FROM cqrs_command_log
         WHERE open AND queue = %(queue)s AND lane_key > head.lane_key AND lane_key <= %(high)s
         ORDER BY lane_key, id LIMIT 1) AS next
)
SELECT lane_key FROM head
 WHERE state IN ('accepted', 'retrying') AND (not_before IS NULL OR not_before <= %(now)s)
 LIMIT %(limit)s
"""

LOCK = "SELECT pg_try_advisory_xact_lock(%s), current_setting('transaction_isolation')"

# Serialization failures and deadlocks; connections lost; the server shutting down or starting.
PASSING_CLASSES = ("40", "08")
PASSING_CODES = ("57P01", "57P02", "57P03")


def runnable(using: str, queue: str, *, low: int, high: int, now: datetime, limit: int) -> list[int]:
    """Up to ``limit`` keys, ``low`` to ``high``, of lanes whose first open command may run ``now``."""
    with connections[using].cursor() as cursor:
        cursor.execute(RUNNABLE, {"queue": queue, "low": low, "high": high, "now": now, "limit": limit})
        return [lane_key for (lane_key,) in cursor.fetchall()]


def lock(using: str, lane_key: int) -> bool:
    """Take the lane until the transaction ends, unless another worker has it.

    A statement of its own, so that the next one sees what the lane's last holder committed; hence
    READ COMMITTED.

    Raises:
        ConfigurationError: if transactions of the alias are isolated more strictly.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(LOCK, [lane_key])
        taken, isolation = cursor.fetchone()
    if isolation != "read committed":
        raise ConfigurationError(unfit(using, isolation))
    return bool(taken)


def misconfigured(using: str) -> str | None:
    """What is wrong with the settings of the alias, if anything is."""
    isolation = connections[using].settings_dict.get("OPTIONS", {}).get("isolation_level")
    if isolation in (None, psycopg.IsolationLevel.READ_COMMITTED):
        return None
    return unfit(using, psycopg.IsolationLevel(isolation).name.replace("_", " ").lower())


def unfit(using: str, isolation: str) -> str:
    return (
        f"The database '{using}' runs transactions at {isolation}, where a worker does not see what the "
        "worker before it committed. Give workers READ COMMITTED: "
        "the alias's OPTIONS have isolation_level, the database role may have a default."
    )


def is_passing(error: BaseException) -> bool:
    """Whether the database itself, not the command, was the reason: the same attempt may succeed later."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, psycopg.Error):
        cause = cause.__cause__
    if cause is None:
        return False
    if cause.sqlstate is None:
        return isinstance(cause, psycopg.OperationalError)
    return cause.sqlstate.startswith(PASSING_CLASSES) or cause.sqlstate in PASSING_CODES
