"""How busy this process is: whether it has time for more than its clients."""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import exp
from time import monotonic

MEMORY, LONG_MEMORY = 1.0, 60.0
"""Seconds after which a third is left of what is remembered: of how busy it was, of how much it did at once.

As long as most requests at least: one that is slow, and alone, does not make its process a busy one.
"""


class Load:
    """The share of the time that a process spends within requests, the last seconds counting most.

    One that answers several at a time is as busy as its threads are, of which it is taken to have as many as were
    lately seen within requests at once.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running = 0
        self._most = 1.0
        self._mean = 0.0
        self._changed = clock()

    def begin(self) -> None:
        """A request begins."""
        with self._lock:
            self._pass()
            self._running += 1
            self._most = max(self._most, self._running)

    def end(self) -> None:
        """A request has been answered."""
        with self._lock:
            self._pass()
            self._running -= 1

    @property
    def share(self) -> float:
        """From 0 to 1."""
        with self._lock:
            self._pass()
            return min(self._mean / self._most, 1.0)

    def _pass(self) -> None:
        """Time has passed, with as many requests as are running."""
        now = self._clock()
        passed, self._changed = now - self._changed, now
        self._mean = self._running + (self._mean - self._running) * exp(-passed / MEMORY)
        self._most = max(self._running, 1 + (self._most - 1) * exp(-passed / LONG_MEMORY))


load = Load()
