"""Lanes on PostgreSQL: finding lanes with work without reading the log, and one worker at a time in each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import connections

from cqrs_write.exceptions import ConfigurationError
from cqrs_write.models import LoggedCommand

Ended = tuple[int, bool, str, datetime | None]

# Ordering by (lane_key, id) and never by id alone leaves the planner no other index to choose, even with statistics
# taken when nothing was open; and a range of one key never looks like a constant to it.

# Hops from the head of one lane to the head of the next in the index of open commands: as many steps as there are
# lanes, whatever waits in each. No ORDER BY outside: the recursion yields lanes in order, and stops as soon as LIMIT
# is served. A mark that is older than a second may be a lost worker's.
RUNNABLE = """
WITH RECURSIVE head AS (
    (SELECT * FROM cqrs_command_log
      WHERE open AND queue = %(queue)s AND priority = %(priority)s AND lane_key BETWEEN %(low)s AND %(high)s
      ORDER BY queue, priority, lane_key, id LIMIT 1)
    UNION ALL
    SELECT next.* FROM head CROSS JOIN LATERAL (
        SELECT * FROM cqrs_command_log
         WHERE open AND queue = %(queue)s AND priority = %(priority)s
           AND lane_key > head.lane_key AND lane_key <= %(high)s
         ORDER BY queue, priority, lane_key, id LIMIT 1) AS next
)
SELECT * FROM head
 WHERE state IN ('accepted', 'retrying') AND (not_before IS NULL OR not_before <= %(now)s)
    OR state = 'running' AND marked_at < clock_timestamp() - interval '1 second'
 LIMIT %(limit)s
"""

PRIORITIES = """
WITH RECURSIVE found AS (
    (SELECT priority FROM cqrs_command_log WHERE open AND queue = %(queue)s
      ORDER BY queue DESC, priority DESC LIMIT 1)
    UNION ALL
    SELECT next.* FROM found CROSS JOIN LATERAL (
        SELECT priority FROM cqrs_command_log WHERE open AND queue = %(queue)s AND priority < found.priority
         ORDER BY queue DESC, priority DESC LIMIT 1) AS next
)
SELECT priority FROM found
"""

FIRSTS = """
SELECT row.* FROM unnest(%s::bigint[]) AS lane(key) CROSS JOIN LATERAL (
    SELECT * FROM cqrs_command_log
     WHERE open AND queue = %s AND priority = %s AND lane_key BETWEEN lane.key AND lane.key
     ORDER BY queue, priority, lane_key, id LIMIT %s) AS row
"""

# Whoever marks a row at the same time has it: neither waits for the other, nor do they wait for each other crosswise.
MARK = """
UPDATE cqrs_command_log l SET state = 'running', worker = %s, marked_at = clock_timestamp(), marked_to = v.upto
  FROM (SELECT c.id, w.upto FROM cqrs_command_log c
          JOIN unnest(%s::bigint[], %s::int[], %s::bigint[]) AS w(id, attempts, upto) USING (id)
         WHERE c.state IN ('accepted', 'retrying') AND c.attempts = w.attempts
           FOR NO KEY UPDATE OF c SKIP LOCKED) AS v
 WHERE l.id = v.id
RETURNING l.id, current_setting('transaction_isolation')
"""

# The same for one, which costs the planner a third.
MARK_ONE = """
UPDATE cqrs_command_log SET state = 'running', worker = %s, marked_at = clock_timestamp(), marked_to = %s
 WHERE id = %s AND state IN ('accepted', 'retrying') AND attempts = %s
RETURNING id, current_setting('transaction_isolation')
"""

# Whether the mark still stands is read before the lock is had; settling looks again.
HOLD = """
SELECT v.id, pg_try_advisory_xact_lock(v.key),
       EXISTS (SELECT 1 FROM cqrs_command_log l WHERE l.id = v.id AND l.state = 'running' AND l.worker = %s),
       set_config('statement_timeout', %s, true),
       set_config('idle_in_transaction_session_timeout', %s, true)
  FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, key)
"""

# The same for one, at three quarters of the time.
HOLD_ONE = """
SELECT pg_try_advisory_xact_lock(%s),
       EXISTS (SELECT 1 FROM cqrs_command_log WHERE id = %s AND state = 'running' AND worker = %s),
       set_config('statement_timeout', %s, true),
       set_config('idle_in_transaction_session_timeout', %s, true)
"""
GRACE_SECONDS = 1.0
"""By so much the database is more patient than the worker's own clock, which has the better words."""

# As a text of JSON: arrays go through psycopg element by element.
DONE = """
UPDATE cqrs_command_log l
   SET state = 'done', attempts = l.attempts + 1, result = v.result::jsonb, finished_at = %s, expires_at = v.expires,
       error = '', traceback = ''
  FROM jsonb_to_recordset(%s::jsonb) AS v(id bigint, head boolean, result text, expires timestamptz)
 WHERE l.id = v.id
   AND CASE WHEN v.head THEN l.state = 'running' AND l.worker = %s ELSE l.state IN ('accepted', 'retrying') END
"""

DONE_ONE = """
UPDATE cqrs_command_log
   SET state = 'done', attempts = attempts + 1, result = %s::jsonb, finished_at = %s, expires_at = %s,
       error = '', traceback = ''
 WHERE id = %s AND state = 'running' AND worker = %s
"""
DONE_AND_MARK_ONE = f"""
WITH done AS ({DONE_ONE} RETURNING id), mark AS ({MARK_ONE})
SELECT (SELECT count(*) FROM done), (SELECT id FROM mark)
"""

LOCK = "SELECT pg_try_advisory_xact_lock(%s)"

# Another key than that of the lane's execution, which an acceptance must not wait for.
LOCK_ACCEPTANCE = "SELECT pg_advisory_xact_lock(hashint8extended(%s, 1))"

# Serialization failures and deadlocks; connections lost; the server shutting down or starting; time limits.
PASSING_CLASSES = ("40", "08")
PASSING_CODES = ("57P01", "57P02", "57P03", "57014", "25P03")
LOST_TRANSACTION = "25P02"


def priorities(using: str, queue: str) -> list[int]:
    """The priorities of the queue's open commands, the highest first."""
    with connections[using].cursor() as cursor:
        cursor.execute(PRIORITIES, {"queue": queue})
        return [priority for (priority,) in cursor.fetchall()]


def runnable(
    using: str, queue: str, priority: int, low: int, high: int, now: datetime, limit: int
) -> list[LoggedCommand]:
    """The heads of up to ``limit`` lanes, of keys ``low`` to ``high``, that may run ``now`` or were marked long ago."""
    params = {"queue": queue, "priority": priority, "low": low, "high": high, "now": now, "limit": limit}
    return list(LoggedCommand.objects.using(using).raw(RUNNABLE, params))


def firsts(using: str, queue: str, priority: int, keys: Sequence[int], limit: int) -> list[LoggedCommand]:
    """Up to ``limit`` open commands of each lane, in order."""
    return list(LoggedCommand.objects.using(using).raw(FIRSTS, [list(keys), queue, priority, limit]))


def mark(using: str, worker: str, runs: Iterable[Any]) -> set[int]:
    """Mark the heads of ``runs`` as taken by ``worker``; returns the ids of those that nobody else has.

    Raises:
        ConfigurationError: if transactions of the alias are isolated more strictly than READ COMMITTED, where a
            statement does not see what the lanes' last holders have committed.
    """
    heads = _heads(runs)
    with connections[using].cursor() as cursor:
        if len(heads) == 1:
            ((head, attempts, upto),) = heads
            cursor.execute(MARK_ONE, [worker, upto, head, attempts])
        else:
            cursor.execute(MARK, [worker, *map(list, zip(*heads, strict=True))])
        marked = cursor.fetchall()
    for _, isolation in marked:
        if isolation != "read committed":
            raise ConfigurationError(unfit(using, isolation))
    return {head for head, _ in marked}


def _heads(runs: Iterable[Any]) -> list[tuple[int, int, int]]:
    """For each run its first command, how often that was tried, and its last command."""
    return [(run.head.id, run.head.attempts, run.rows[-1].id) for run in runs]


def hold(using: str, worker: str, keys: Mapping[int, int], seconds: float) -> set[int]:
    """Take the lanes, by the ids of their heads, until the transaction ends, and end this if it hangs.

    Returns:
        The ids of heads whose lanes no other worker has, and which ``worker`` has marked.
    """
    patience = str(round((seconds + GRACE_SECONDS) * 1000)) if seconds else "0"
    with connections[using].cursor() as cursor:
        if len(keys) == 1:
            ((head, key),) = keys.items()
            cursor.execute(HOLD_ONE, [key, head, worker, patience, patience])
            locked, mine, *_ = cursor.fetchone()
            return {head} if locked and mine else set()
        cursor.execute(HOLD, [worker, patience, patience, list(keys), list(keys.values())])
        found = cursor.fetchall()
    return {head for head, locked, mine, *_ in found if locked and mine}


def turn_over(
    using: str, worker: str, now: datetime, rows: Sequence[Ended], runs: Sequence[Any]
) -> tuple[int, set[int]]:
    """Settle commands as done: (id, whether it bears the mark, result as JSON, when it may be purged); mark ``runs``.

    Returns:
        How many of the commands were as ``worker`` had left them, and as :func:`mark`.
    """
    if len(rows) > 1 or len(runs) > 1:
        return done(using, worker, now, rows), mark(using, worker, runs) if runs else set()
    ((pk, _, result, expires_at),) = rows
    params: list[Any] = [result, now, expires_at, pk, worker]
    with connections[using].cursor() as cursor:
        if not runs:
            cursor.execute(DONE_ONE, params)
            return int(cursor.rowcount), set()
        ((head, attempts, upto),) = _heads(runs)
        cursor.execute(DONE_AND_MARK_ONE, [*params, worker, upto, head, attempts])
        settled, marked = cursor.fetchone()
    return settled, {marked} - {None}


def done(using: str, worker: str, now: datetime, rows: Sequence[Ended]) -> int:
    """Settle commands as done; returns how many were as ``worker`` had left them."""
    ended = [
        {"id": pk, "head": head, "result": result, "expires": expires and expires.isoformat()}
        for pk, head, result, expires in rows
    ]
    with connections[using].cursor() as cursor:
        cursor.execute(DONE, [now, json.dumps(ended), worker])
        return int(cursor.rowcount)


def lock(using: str, lane_key: int) -> bool:
    """Take the lane until the transaction ends, unless another worker has it."""
    with connections[using].cursor() as cursor:
        cursor.execute(LOCK, [lane_key])
        return bool(cursor.fetchone()[0])


def lock_acceptance(using: str, lane_key: int) -> None:
    """Wait until every command that is being accepted in the lane is committed, and let none before the caller's."""
    with connections[using].cursor() as cursor:
        cursor.execute(LOCK_ACCEPTANCE, [lane_key])


def has_lost_transaction(using: str) -> bool:
    """Whether a statement of the current transaction has failed, so that nothing of it can be committed."""
    connection = connections[using].connection
    return (
        connection is not None and connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
    )


def is_lost_transaction(error: BaseException) -> bool:
    """Whether a statement failed because one before it had, which nobody has said."""
    cause = error.__cause__
    return not isinstance(cause, psycopg.Error) or cause.sqlstate == LOST_TRANSACTION


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
