"""A worker: one drain of a queue, with a name of its own and a slice of time."""

import os
import platform
import secrets
import time
from dataclasses import dataclass
from types import ModuleType

from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Who marks commands. No two drains have the same ``name``, not even in one process."""

    name: str
    using: str
    deadline: float
    """By the monotonic clock."""

    @classmethod
    def of(cls, using: str, *, deadline: float) -> "Worker":
        host = platform.node()[:60] or "localhost"
        return cls(name=f"{host}:{os.getpid()}:{secrets.token_hex(8)}", using=using, deadline=deadline)

    @property
    def time_is_up(self) -> bool:
        return time.monotonic() > self.deadline

    @property
    def lanes(self) -> ModuleType:
        """The database's own way with lanes."""
        module: ModuleType = load("cqrs_write", "lanes", self.using)
        return module
