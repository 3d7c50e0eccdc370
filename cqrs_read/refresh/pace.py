"""The pace of a backlog: how many keys a page has, so that fresh changes do not wait for it too long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cqrs_read.conf import settings
from cqrs_read.declaration.read_model import ReadModel

FIRST, SMALLEST = 1000, 20
LARGEST_STEP = 2.0


class Pace:
    """The ``size`` of the next page; whoever does one says how many keys were ``done``."""

    def __init__(self) -> None:
        self.size = min(FIRST, settings().refresh_keys)
        self.done = 0

    def learn(self, seconds: float, target: float) -> None:
        """Fit the size to what the last page took: at most twice as large, at most half as small."""
        if not self.done or seconds <= 0:
            return
        fitting = self.done * target / seconds
        stepped = min(max(fitting, self.size / LARGEST_STEP), self.size * LARGEST_STEP)
        self.size = int(min(max(stepped, SMALLEST), settings().refresh_keys))


_paces: dict[type[ReadModel], Pace] = {}


@contextmanager
def pace_of(read_model: type[ReadModel]) -> Iterator[Pace]:
    """The pace of ``read_model`` in this process, which learns from how long the block takes."""
    pace = _paces.setdefault(read_model, Pace())
    pace.size = max(1, min(pace.size, settings().refresh_keys))
    pace.done, started = 0, time.monotonic()
    yield pace
    pace.learn(time.monotonic() - started, settings().page_seconds)
