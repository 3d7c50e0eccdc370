"""The lock of an aggregate: whose events are numbered one transaction after another."""

from collections.abc import Iterable

from cqrs_write.lock_key import lock_key
from cqrs_write.models import OutboxEvent

LOCKED_SINGLY = 500
"""Aggregates that one call locks each for itself: a database has room for some thousand locks, for all together."""


def lock_keys(events: Iterable[OutboxEvent]) -> list[int]:
    """What stands for the aggregates of ``events``, each once: sorted, so that no two callers lock crosswise."""
    return sorted(
        {_key(*aggregate) for aggregate in {(row.aggregatetype, row.aggregateid) for row in events}}
    )


def _key(aggregate_type: str, aggregate_id: str) -> int:
    """64 bits (signed). Two aggregates with one key wait for each other: harmless."""
    return lock_key(f"cqrs outbox {aggregate_type} {aggregate_id}")
