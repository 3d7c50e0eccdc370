"""How busy this process is: whether it has time for more than its clients."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

WINDOW = 1.0
"""Seconds over which it is looked back."""


class Load:
    """The share of the time that a process spends within requests.

    One that answers several at a time is as busy as its threads are, of which it is taken to have as many as were
    seen within requests at once.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running = self._most = 0
        self._seconds = self._known = 0.0
        self._since = self._changed = clock()

    def __enter__(self) -> None:
        """A request begins."""
        with self._lock:
            self._pass()
            self._running += 1
            self._most = max(self._most, self._running)

    def __exit__(self, *error: object) -> None:
        """A request has been answered."""
        with self._lock:
            self._pass()
            self._running -= 1

    @property
    def share(self) -> float:
        """From 0 to 1, of the last second or so."""
        with self._lock:
            self._pass()
            return self._known

    def _pass(self) -> None:
        now = self._clock()
        self._seconds += self._running * (now - self._changed)
        self._changed = now
        if now - self._since >= WINDOW:
            self._known = self._seconds / (now - self._since) / max(self._most, 1)
            self._since, self._seconds, self._most = now, 0.0, self._running


load = Load()
