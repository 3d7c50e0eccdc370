"""A relation: a captured table as the database has it, or one of its partitions; each carries its own triggers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNSEEN = frozenset(["missing", "disabled", "retyped", "view", "key"])
"""Kinds of drift that let writes go by unseen."""

IMPOSSIBLE: Mapping[str, str] = {
    "view": "is a view or a foreign table, or has a partition that is one, and carries no triggers: "
    "declare the read model over the tables behind it",
    "key": "has a key that a trigger cannot report reliably (a float, money, an interval, bytes on SQLite, a "
    "generated column that is not stored): choose another key",
}
"""Kinds of drift that no installation mends: what is wrong, and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """What a backend has found out about one relation, in one look.

    ``partition`` is empty for the table itself; ``on`` is the quoted name of either. ``drift`` says how its
    triggers differ from the plan, and is empty if they do not; ``carries`` whether it has any of ours.
    ``untouched`` is true of a partition that never held a row. ``found`` is the backend's own.
    """

    table: str
    on: str
    partition: str = ""
    drift: str = ""
    carries: bool = False
    untouched: bool = False
    found: Any = field(default=None, compare=False, repr=False)
