"""Commands over HTTP: the view that executes or accepts one, and the resource that says how it went."""

from cqrs_write.http.status import CommandStatus
from cqrs_write.http.view import CommandView

__all__ = ["CommandStatus", "CommandView"]
