"""The key map: what was generated on one side, and what stands in its place on the other."""

from __future__ import annotations

from cqrs_routing.rehearsal.alignment.side import Side
from cqrs_routing.rehearsal.changes import Identity


class KeyMap:
    """Grows with every pair of rows that is found."""

    def __init__(self, handler: Side, legacy: Side) -> None:
        self.handler = handler
        self.legacy = legacy
        self.pairs: dict[Identity, Identity] = {}
        self.taken: set[Identity] = set()
        self.tokens: dict[str, set[str]] = {}

    def pair(self, handler: Identity, legacy: Identity) -> None:
        """The row ``handler`` of one side is ``legacy`` of the other."""
        self.pairs[handler] = legacy
        self.taken.add(legacy)
        others = dict(self.legacy.generated(legacy))
        for column, token in self.handler.generated(handler):
            if column in others:
                self.tokens.setdefault(token, set()).add(others[column])

    def corresponds(self, handler: str | None, legacy: str | None) -> bool:
        """Whether two tokens were generated for the same row."""
        return handler is not None and legacy in self.tokens.get(handler, ())
