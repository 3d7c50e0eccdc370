"""The plan: every table of a database that must report its writes.

The write side knows no read models. Whoever needs changes registers a function that names its watches.
"""

from collections.abc import Callable, Iterable

from cqrs_write.capture.table import CapturedTable, Watch, merged

WatchSource = Callable[[str], Iterable[Watch]]

_sources: list[WatchSource] = []


def watch_source(source: WatchSource) -> None:
    """Register ``source``: a function from a database alias to the watches that it needs there."""
    if source not in _sources:
        _sources.append(source)


def capture_plan(using: str) -> list[CapturedTable]:
    """All tables to be captured on the alias ``using``."""
    return merged(watch for source in _sources for watch in source(using))
