"""The nearest names: what somebody may have meant who named what does not exist."""

from collections.abc import Iterable
from difflib import SequenceMatcher

ALIKE = 0.75
"""From which ratio on two names are alike, see :class:`difflib.SequenceMatcher`."""


def nearest(name: str, names: Iterable[str], *, at_most: int = 3) -> list[str]:
    """Those of ``names`` that are like ``name``, the likest first; case and a missing app do not count."""
    ranked = sorted(((_likeness(name.casefold(), known), known) for known in names), key=_rank)
    return [known for likeness, known in ranked if likeness >= ALIKE][:at_most]


def did_you_mean(near: list[str]) -> str:
    return f"Did you mean {' or '.join(near)}?"


def _likeness(name: str, known: str) -> float:
    whole = known.casefold()
    parts = [whole, whole.rpartition(".")[2], whole.rpartition(":")[2]]
    return max(SequenceMatcher(None, name, part).ratio() for part in parts)


def _rank(found: tuple[float, str]) -> tuple[float, str]:
    return -found[0], found[1]
