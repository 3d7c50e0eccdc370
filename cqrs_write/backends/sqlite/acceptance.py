"""Acceptance on SQLite."""

from collections.abc import Sequence

from cqrs_write.models import LoggedCommand

AT_ONCE = 30
"""SQLite takes few parameters in a statement."""


def insert(using: str, rows: Sequence[LoggedCommand]) -> None:
    """Write ``rows`` to the command log, in their order, and give them their ids."""
    LoggedCommand.objects.using(using).bulk_create(rows, batch_size=AT_ONCE)
