"""What can go wrong on the write side; the base of every error of the toolkit."""

from typing import Any

from cqrs_write.nearest import did_you_mean, nearest


class CqrsError(Exception):
    """An error that the reader of its one line can mend: it names the thing and the remedy."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__ or type(self).__name__)


class ConfigurationError(CqrsError):
    """A setting or a declaration of the project is wrong."""


class UnknownName(CqrsError):
    """A name that stands for nothing; the message has the nearest names, or all that exist and the remedy."""

    def __init__(self, kind: str, name: str, existing: "list[str]", *, remedy: str = "") -> None:
        if near := nearest(name, existing):
            known = did_you_mean(near)
        elif existing:
            known = f"There are: {', '.join(sorted(existing))}."
        else:
            known = f"There is no {kind} at all."
        super().__init__(f"Unknown {kind} '{name}'. {known}{' ' + remedy if remedy and not near else ''}")


class UnsupportedDatabase(CqrsError):
    """The toolkit knows PostgreSQL and SQLite only."""


class InvalidCommand(CqrsError):
    """The fields of a command do not have the types that its class declares."""


class NewerVersion(CqrsError):
    """A command was accepted by newer code than this process runs."""


class TimeLimitExceeded(CqrsError):
    """An attempt to execute a command took longer than its handler may."""


class WorkerLost(CqrsError):
    """The workers that executed a command were gone before it was done."""


class CommandRejected(CqrsError):
    """A handler refuses the command as things stand; nothing of it takes effect.

    Inline the caller gets it (over HTTP a 400 with ``detail`` as the body); an accepted command dies of it.

    Args:
        message: one line for people.
        detail: what an API client is told; the message in a list if not given.
    """

    def __init__(self, message: str, *, detail: Any = None) -> None:
        super().__init__(message)
        self.detail = [message] if detail is None else detail


class ResultNotJson(CqrsError):
    """The handler's result cannot be stored as JSON."""


class HiddenDatabaseError(CqrsError):
    """A handler caught a database error without an atomic block around it, and so lost its transaction."""


class CaptureError(CqrsError):
    """The triggers could not be installed."""


class InvalidEvent(CqrsError):
    """The fields of an event do not have the types that its class declares."""


class NotInTransaction(CqrsError):
    """An event is emitted outside a transaction: it could not be committed together with its cause."""


def hidden(place: str) -> str:
    """What a :class:`HiddenDatabaseError` says about the handler defined at ``place``."""
    return (
        f"{place} caught a database error and went on; the transaction was lost with it. "
        "Wrap what may fail in an atomic block of its own, inside the try."
    )
