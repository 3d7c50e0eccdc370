"""What can go wrong on the read side."""

from cqrs_write.exceptions import CqrsError


class ReadError(CqrsError):
    """An error of the read side."""


class ProjectionError(ReadError):
    """A read model's declaration cannot be kept true.

    Args:
        read_model: its name.
        column: the column that is at fault; empty for the whole.
        check: the number of the system check that finds the same.
    """

    def __init__(self, read_model: str, column: str, problem: str, remedy: str, check: str = "E001") -> None:
        self.read_model, self.column, self.problem, self.remedy = read_model, column, problem, remedy
        self.check = f"cqrs_read.{check}"
        where = f"{read_model}.{column}" if column else read_model
        super().__init__(f"{where}: {problem} {remedy}")


class ReadModelIsReadOnly(ReadError):
    """A read model's rows follow from its source; only refresh writes them."""


class NotCaptured(ReadError):
    """A table that a read model depends on does not report its writes."""


class NotBackfilled(ReadError):
    """A read model has no rows to refresh yet."""


class NoSuchRun(ReadError):
    """There is no run to act on."""


class Superseded(ReadError):
    """A newer run does what this one was for."""


class AlreadyWorkedAt(ReadError):
    """Another process works at the run."""


class RunFailed(ReadError):
    """A run has stopped at a chunk that cannot be computed or stored."""


class NoReadModel(ReadError):
    """The project declares no read model."""


class NotMigrated(ReadError):
    """A read model's table is not there yet."""


class DatabaseAway(ReadError):
    """A database cannot be reached now; it is waited for."""


class CannotRebuild(ReadError):
    """The next version of a read model cannot be built, or not be put in the place of the one that is there."""


class NotCaughtUp(ReadError):
    """Read models cannot be compared with their sources now: there is no moment in which they are caught up."""
