"""The outbox's status: how much is in it, and since when."""

from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, QuerySet
from django.utils import timezone

from cqrs_write.backends import load
from cqrs_write.models import OutboxEvent

COUNT_LIMIT = 10_000
"""Counting stops here: a number this high means "at least"."""


@dataclass(frozen=True, kw_only=True)
class OutboxStatus:
    """The outbox of one alias: its events (counted up to COUNT_LIMIT), the oldest's age, and the bytes it takes."""

    using: str
    events: int
    oldest_seconds: float | None
    bytes: int
    by_aggregate_type: dict[str, int]
    """Of the newest COUNT_LIMIT events."""


def outbox_status(using: str = DEFAULT_DB_ALIAS) -> OutboxStatus:
    """The status of the outbox of the alias ``using``; what it costs does not grow with the outbox."""
    newest = _newest(using)
    counts = newest.order_by("aggregatetype").values_list("aggregatetype").annotate(count=Count("pk"))
    return OutboxStatus(
        using=using,
        events=newest.count(),
        oldest_seconds=_oldest_seconds(using),
        bytes=load("cqrs_write", "outbox", using).size(using),
        by_aggregate_type=dict(counts),
    )


def _newest(using: str) -> "QuerySet[OutboxEvent]":
    rows = OutboxEvent.objects.using(using)
    if (
        first := rows.order_by("-sequence")
        .values_list("sequence", flat=True)[COUNT_LIMIT - 1 : COUNT_LIMIT]
        .first()
    ):
        rows = rows.filter(sequence__gte=first)
    return rows.all()


def _oldest_seconds(using: str) -> float | None:
    oldest = (
        OutboxEvent.objects.using(using).order_by("occurred_at").values_list("occurred_at", flat=True).first()
    )
    return None if oldest is None else (timezone.now() - oldest).total_seconds()
