"""Requests that meet: each waits for a row that the test has locked, in the order in which they came."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from tests.waiting import eventually

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


def queued(locked: QuerySet[Any], *actions: Callable[[], Any]) -> list[Any]:
    """What ``actions`` return, which begin one after another while ``locked`` is locked, and go on when it is not."""
    with ThreadPoolExecutor(len(actions)) as threads:
        started: list[Future[Any]] = []
        with transaction.atomic():
            assert list(locked.select_for_update()), "There is nothing to lock."
            for number, action in enumerate(actions, start=1):
                started.append(threads.submit(closing, action))
                assert eventually(lambda number=number: waiting() >= number), "It does not wait."
        return [one.result(60) for one in started]


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What ``actions`` return that run at the same time."""
    with ThreadPoolExecutor(len(actions)) as threads:
        return [one.result(60) for one in [threads.submit(closing, action) for action in actions]]


def closing(action: Callable[[], Any]) -> Any:
    try:
        return action()
    finally:
        connection.close()


def waiting() -> int:
    with connection.cursor() as cursor:
        # Within a transaction the view is as it was when it was first looked at.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
