"""A bundle: what a worker executes in one transaction."""

from dataclasses import dataclass

from cqrs_write.definition.handler import Handler
from cqrs_write.execution.agenda import Lane
from cqrs_write.models import LoggedCommand


@dataclass(kw_only=True)
class Run:
    """Commands of one lane, from its first on. The first of them bears the mark."""

    lane: Lane
    rows: list[LoggedCommand]

    @property
    def head(self) -> LoggedCommand:
        return self.rows[0]


@dataclass(kw_only=True)
class Bundle:
    """Runs that are executed in one transaction: of a single command, of a batch, or of a group."""

    runs: list[Run]
    handlers: dict[str, Handler]
    """By the commands' names; a name that no handler knows is missing."""

    @property
    def rows(self) -> list[LoggedCommand]:
        return [row for run in self.runs for row in run.rows]

    @property
    def batch(self) -> Handler | None:
        """The handler that takes them all in one call, if it is such a one."""
        handler = self.handlers.get(self.runs[0].head.name)
        return handler if handler and handler.batch else None

    @property
    def time_limit(self) -> float:
        """Seconds that the slowest handler may take; 0 if none is known."""
        return max((handler.time_limit for handler in self.handlers.values()), default=0.0)
