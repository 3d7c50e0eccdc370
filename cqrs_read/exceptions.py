"""What can go wrong on the read side."""

from cqrs_write.exceptions import CqrsError


class ReadError(CqrsError):
    """An error of the read side."""


class ProjectionError(ReadError):
    """A read model's declaration cannot be kept true."""

    def __init__(self, read_model: str, column: str, problem: str, remedy: str) -> None:
        self.column, self.problem, self.remedy = column, problem, remedy
        where = f"{read_model}.{column}" if column else read_model
        super().__init__(f"{where}: {problem} {remedy}")


class ReadModelIsReadOnly(ReadError):
    """A read model's rows follow from its source; only refresh writes them."""


class NotCaptured(ReadError):
    """A table that a read model depends on does not report its writes."""


class NotBackfilled(ReadError):
    """A read model has no rows to refresh yet."""
