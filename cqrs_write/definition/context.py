"""The context: what a handler is told beside the command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cqrs_write.trace import Trace, carried


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who asked, when, which attempt this is, and what it belongs to."""

    command_id: UUID
    actor: Any
    """The id of the user who asked, as the user model's primary key has it; None if nobody did."""

    attempt: int
    """1 for the first."""

    accepted_at: datetime
    using: str
    """The database alias whose transaction the handler runs in."""

    trace: Trace
    """What the command follows from, and what follows from the command carries on."""

    def on_commit(self, callback: Callable[[], Any]) -> None:
        """Call ``callback`` once the effect is committed: for mail and the like.

        It is called at most once, and never for an attempt that failed. An error in it is logged by Django
        and goes no further: the command is done.
        """
        transaction.on_commit(carried(callback), using=self.using, robust=True)


@dataclass(frozen=True, kw_only=True)
class BatchContext:
    """What a batch handler is told: the contexts of its commands, in their order."""

    using: str
    contexts: tuple[Context, ...]

    def on_commit(self, callback: Callable[[], Any]) -> None:
        """As :meth:`Context.on_commit`, once for the batch."""
        transaction.on_commit(carried(callback), using=self.using, robust=True)
