"""A hop: one join away from the source."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One join: ``parent.lhs = table.rhs``."""

    lhs: str
    table: str
    rhs: str

    def back(self, parent: str) -> "Hop":
        """The same join, followed from ``table`` to ``parent``."""
        return Hop(lhs=self.rhs, table=parent, rhs=self.lhs)


Path = tuple[Hop, ...]
"""Hops from the source on; empty for the source itself."""
