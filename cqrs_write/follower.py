"""A follower: someone who consumes the change log of a database, such as a read model.

The write side knows no read models. Whoever follows the log registers a function that names its followers, so that
the log is kept for as long as they need it, and no longer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Follower:
    """One of them. A position of another ``origin`` than the log's own is of no use, and keeps nothing."""

    name: str
    position: str | None
    """None if it cannot be told, since the database that keeps it is away."""

    origin: str
    give_up: Callable[[str], None]
    """Told the reason, in one line, when the log no longer reaches back to the position."""


FollowerSource = Callable[[str], Iterable[Follower]]

_sources: list[FollowerSource] = []


def follower_source(source: FollowerSource) -> None:
    """Register ``source``: a function from a database alias to those who follow its change log."""
    if source not in _sources:
        _sources.append(source)


def followers(using: str) -> list[Follower]:
    """Everyone who follows the change log of the alias ``using``."""
    return [follower for source in _sources for follower in source(using)]
