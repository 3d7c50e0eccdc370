"""What is written: commands, handlers, the command log; the change log and its capture.

This is the vocabulary of an app's commands.py. Code that sends commands imports ``accept`` and ``dispatch``
from :mod:`cqrs_write.bus`, which needs Django's models to be loaded.
"""

from cqrs_write.command import Command
from cqrs_write.exceptions import CommandRejected
from cqrs_write.handler import Context
from cqrs_write.registry import handles
from cqrs_write.retry import Retry

__all__ = ["Command", "CommandRejected", "Context", "Retry", "handles"]
