"""Handlers: the one function that executes a command, in one database transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cqrs_write.command import Command, name_of
from cqrs_write.retry import Retry

DEFAULT_QUEUE = "commands"
DEAD_RULES = ("pass", "hold")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a handler is told beside the command."""

    command_id: UUID
    actor: Any
    """The id of the user who asked, as the user model's primary key has it; None if nobody did."""

    attempt: int
    """1 for the first."""

    accepted_at: datetime
    using: str
    """The database alias whose transaction the handler runs in."""

    def on_commit(self, callback: Callable[[], Any]) -> None:
        """Call ``callback`` once the effect is committed: for mail and the like.

        It is called at most once, and never for an attempt that failed. An error in it is logged by Django
        and goes no further: the command is done.
        """
        transaction.on_commit(callback, using=self.using, robust=True)


@dataclass(frozen=True, kw_only=True)
class Handler:
    """A function and the terms under which it executes a command."""

    command: type[Command]
    function: Callable[[Any, Context], Any]
    lane: Callable[[Any], str] | None = None
    permission: str | None = None
    queue: str = DEFAULT_QUEUE
    retry: Retry = field(default_factory=Retry)
    dead: str = "pass"

    @property
    def name(self) -> str:
        return name_of(self.command)

    @property
    def place(self) -> str:
        """Where the function is defined, for error messages."""
        return f"{self.function.__module__}.{self.function.__qualname__}"
