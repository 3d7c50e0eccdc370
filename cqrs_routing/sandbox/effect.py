"""An effect outside the database that code in a sandbox tried to have, and the list of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "mail", "task", "message", "cache", "redis", "http", "socket", "file", "process", "thread", "database"
]
"""``message`` is what goes to a broker past Celery, ``database`` an attempt to end or to leave the transaction."""

LIMIT = 100
"""Effects that are kept of one sandbox; further ones are only counted."""

LONGEST = 200
"""Characters that are kept of a detail."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What was tried, in one line: ``("socket", "connect api.example.com:443")``."""

    kind: Kind
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class Recorded:
    """What code in one sandbox tried to do.

    Attributes:
        effects: the first :data:`LIMIT` that were not tolerated, in their order.
        left_out: how many more there were.
        callbacks: how often ``on_commit`` was called: the proper way to have an effect, and so no finding.
    """

    def __init__(self, tolerated: Collection[Kind] = ()) -> None:
        self.effects: list[Effect] = []
        self.left_out = 0
        self.callbacks = 0
        self._tolerated = frozenset(tolerated)

    def add(self, kind: Kind, detail: str) -> None:
        if kind in self._tolerated:
            return
        if len(self.effects) >= LIMIT:
            self.left_out += 1
        else:
            self.effects.append(Effect(kind, " ".join(detail[: 2 * LONGEST].split())[:LONGEST]))
