"""DDL beside writers: one short transaction, tried again where a lock is not to be had at once."""

from collections.abc import Callable, Sequence

from django.db import OperationalError, connections, transaction

from cqrs_write.backends import load
from cqrs_write.exceptions import CaptureError

ATTEMPTS = 20


def run_unqueued(
    using: str,
    statements: Sequence[str],
    *,
    relation: str,
    again: str,
    together: Callable[[], object] = lambda: None,
) -> None:
    """Run ``statements`` in one transaction, never queueing behind a long writer of ``relation``.

    Args:
        again: the command to run when the long transaction is over.
        together: called in the same transaction, after the statements.

    Raises:
        CaptureError: if the relation stayed locked through all attempts.
    """
    locks = load("cqrs_write", "locks", using)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(using=using), connections[using].cursor() as cursor:
                locks.limit_wait(cursor)
                for statement in statements:
                    cursor.execute(statement)
                together()
            return
        except OperationalError as error:
            if not locks.is_timeout(error):
                raise
            if attempt == ATTEMPTS:
                raise CaptureError(
                    f"The table {relation} stayed locked through {ATTEMPTS} attempts. "
                    f"Find the long transaction in pg_stat_activity, then run: manage.py {again}"
                ) from error
            locks.pause(attempt)
