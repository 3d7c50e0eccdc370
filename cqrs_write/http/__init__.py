"""Commands over HTTP: the views that execute or accept them, and the resource that says how one went."""

from cqrs_write.http.bulk import BulkCommandView
from cqrs_write.http.problems import Problem
from cqrs_write.http.status import CommandStatus
from cqrs_write.http.view import CommandView

__all__ = ["BulkCommandView", "CommandStatus", "CommandView", "Problem"]
