"""Handlers: the one function that executes a command, in one database transaction, and its terms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from cqrs_write.definition.batch import Batch
from cqrs_write.definition.command import Command, name_of
from cqrs_write.definition.retry import Retry

DEFAULT_QUEUE = "commands"
DEFAULT_TIME_LIMIT = 60.0
DEFAULT_RETENTION = timedelta(days=30)
DEAD_RULES = ("pass", "hold")


@dataclass(frozen=True, kw_only=True)
class Handler:
    """A function and the terms under which it executes a command."""

    command: type[Command]
    function: Callable[[Any, Any], Any]
    lane: Callable[[Any], str] | None = None
    permission: str | None = None
    queue: str = DEFAULT_QUEUE
    priority: int = 0
    retry: Retry = field(default_factory=Retry)
    time_limit: float = DEFAULT_TIME_LIMIT
    dead: str = "pass"
    sensitive: tuple[str, ...] = ()
    retention: timedelta = DEFAULT_RETENTION
    in_sequence: bool = False
    group: bool = False
    batch: Batch | None = None

    @cached_property
    def name(self) -> str:
        return name_of(self.command)

    @property
    def place(self) -> str:
        """Where the function is defined, for error messages."""
        return f"{self.function.__module__}.{self.function.__qualname__}"
