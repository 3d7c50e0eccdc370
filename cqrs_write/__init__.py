"""What is written: commands, handlers, the command log; the change log and its capture.

This is the vocabulary of an app's commands.py. Code that sends commands imports ``accept`` and ``dispatch``
from :mod:`cqrs_write.bus`, which needs Django's models to be loaded.
"""

from cqrs_write.definition.command import Command
from cqrs_write.definition.context import BatchContext, Context
from cqrs_write.definition.registry import handles, handles_batch
from cqrs_write.definition.retry import Retry
from cqrs_write.definition.versions import upcasts
from cqrs_write.exceptions import CommandRejected

__all__ = [
    "BatchContext",
    "Command",
    "CommandRejected",
    "Context",
    "Retry",
    "handles",
    "handles_batch",
    "upcasts",
]
