"""The outbox on SQLite: whoever writes is alone until the commit, so events are numbered in the order of commits."""

from collections.abc import Sequence

from django.db import connections

from cqrs_write.models import OutboxEvent

ROW_BYTES = 250
"""What an event takes beside its payload, about."""


def insert(using: str, rows: Sequence[OutboxEvent], keys: Sequence[int]) -> None:
    """Insert ``rows`` and number them, in their order."""
    OutboxEvent.objects.using(using).bulk_create(rows)


def lock_whole(using: str) -> None:
    """Nothing to lock."""


def size(using: str) -> int:
    """Bytes of the rows, about."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum(length(payload) + {ROW_BYTES}), 0) FROM cqrs_outbox")
        return int(cursor.fetchone()[0])
