"""Which rows of a source a statement is about: given keys, or a range of them."""

from enum import Enum


class Selection(Enum):
    """The ways to select source rows; each makes a statement of its own, whose SQL is cached."""

    KEYS = "keys"
    """The keys in an array."""

    FIRST = "first"
    """Keys up to and including a bound: the first chunk."""

    NEXT = "next"
    """Keys above one bound, up to and including another."""

    REST = "rest"
    """Keys above a bound, to the last one."""

    ALL = "all"
    """Every key."""

    @classmethod
    def of_range(cls, above: str | None, up_to: str | None) -> "Selection":
        """The one for keys above ``above`` up to and including ``up_to``; None leaves that side open."""
        if above is None:
            return cls.ALL if up_to is None else cls.FIRST
        return cls.REST if up_to is None else cls.NEXT


BOUNDED_BELOW = (Selection.NEXT, Selection.REST)
BOUNDED_ABOVE = (Selection.NEXT, Selection.FIRST)


class Placeholder(Enum):
    """Stands in a statement's parameters until it is executed."""

    KEYS = "keys"
    ABOVE = "above"
    UP_TO = "up to"
    WITHIN = "within"
