"""A crew: threads that do one thing again and again until they are told to stop."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

JOIN_SECONDS = 35.0
"""Longer than a client waits for an answer."""


class Crew:
    """Threads of the same kind.

    Args:
        name: what they are, for the threads' names.
        pause: seconds between two turns of one member; it varies by half, so that they do not march in step.
    """

    def __init__(self, name: str, pause: float) -> None:
        self.name = name
        self.pause = pause
        self.failures: list[BaseException] = []
        self._stopped = threading.Event()
        self._resting = False
        self._threads: list[threading.Thread] = []

    def add(self, turn: Callable[[], None]) -> None:
        """Start a member that takes ``turn`` after turn."""
        thread = threading.Thread(target=self._run, args=(turn,), name=self.name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def give_up(self) -> None:
        """Take no further turns; wait for nobody."""
        self._stopped.set()

    def stop(self) -> None:
        """Take no further turns, and wait until everyone has finished the one they are in."""
        self.give_up()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
        self._threads.clear()

    def _run(self, turn: Callable[[], None]) -> None:
        try:
            while not self._stopped.wait(self.pause * random.uniform(0.5, 1.5)):
                if not self._resting:
                    turn()
        except Exception as error:  # noqa: BLE001  a thread's error is the demo's: it is raised from check()
            self.failures.append(error)
        finally:
            connections.close_all()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Nobody begins a turn until the block ends."""
        self._resting = True
        try:
            yield
        finally:
            self._resting = False

    def check(self) -> None:
        """Raise what ended a member."""
        if self.failures:
            raise self.failures[0]
