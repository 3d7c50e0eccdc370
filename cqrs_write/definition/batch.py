"""Batches: many commands of one kind, executed by one call in one transaction."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Batch:
    """How commands are gathered, and which of them are executed.

    The lane of a command is a shard of its key: one worker at a time executes a shard's commands, in order, so that
    no older one can overwrite a newer one of the same key.
    """

    max_size: int = 500
    """Commands in one transaction."""

    max_wait: float = 0.1
    """Seconds that the first of a batch waits for others."""

    key: Callable[[Any], Any] | str | None = None
    """The field, or a function, that tells the key; commands of one key are executed in order."""

    coalesce: bool = False
    """Whether of commands with the same key only the newest is executed."""

    shards: int = 8
    """Lanes that the keys are spread over: so many workers can execute batches beside each other."""

    def key_of(self, command: Any) -> Any:
        return getattr(command, self.key) if isinstance(self.key, str) else self.key and self.key(command)

    def lane(self, name: str, command: Any, command_id: UUID) -> str:
        key = command_id if self.key is None else self.key_of(command)
        return f"{name} {zlib.crc32(repr(key).encode()) % self.shards}"

    def executed(self, commands: Sequence[Any]) -> list[int]:
        """The places of the commands that are executed, in their order."""
        if not self.coalesce:
            return list(range(len(commands)))
        newest = {self.key_of(command): place for place, command in enumerate(commands)}
        return sorted(newest.values())
