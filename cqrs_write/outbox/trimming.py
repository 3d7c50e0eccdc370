"""Trimming the outbox: old events go, so that it does not fill the disk.

Only the age counts. Debezium has long read them from PostgreSQL's log. A relay that reads the table instead must not
lose any: one that lags further behind than OUTBOX_HOURS must hold the trim back, or be given more hours.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cqrs_write.conf import settings
from cqrs_write.models import OutboxEvent

BATCH = 1000
"""Events deleted in one transaction."""


def trim(
    *,
    using: str = DEFAULT_DB_ALIAS,
    older_than: timedelta | None = None,
    deleted_so_far: Callable[[int], None] = lambda count: None,
) -> int:
    """Delete the events that are older than the retention, a thousand in a transaction; return how many they were.

    It may be interrupted at any time: what is deleted so far is deleted.

    Args:
        using: the database alias whose outbox is trimmed.
        older_than: the retention; OUTBOX_HOURS of CQRS_WRITE if not given.
        deleted_so_far: called after each transaction, with the number of events deleted until then.
    """
    rows, deleted, since = _old(using, older_than), 0, None
    while batch := _oldest(rows, since):
        with transaction.atomic(using=using):
            count, _ = OutboxEvent.objects.using(using).filter(pk__in=[pk for pk, _ in batch]).delete()
        deleted += count
        deleted_so_far(deleted)
        # From there on: while an old transaction runs, what was deleted is still in the index.
        since = batch[-1][1]
    return deleted


def trimmable(*, using: str = DEFAULT_DB_ALIAS, older_than: timedelta | None = None) -> int:
    """How many events :func:`trim` would delete."""
    return _old(using, older_than).count()


def _old(using: str, older_than: timedelta | None) -> "QuerySet[OutboxEvent]":
    retention = timedelta(hours=settings().outbox_hours) if older_than is None else older_than
    return OutboxEvent.objects.using(using).filter(occurred_at__lt=timezone.now() - retention)


def _oldest(rows: "QuerySet[OutboxEvent]", since: datetime | None) -> list[tuple[int, datetime]]:
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    return list(rows.order_by("occurred_at").values_list("pk", "occurred_at")[:BATCH])
