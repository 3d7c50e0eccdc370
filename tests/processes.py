"""Processes that tests start: commands and workers, with their output at hand and an end that is certain."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from legacy_app.servers.lifeline import Lifeline

ROOT = Path(__file__).resolve().parents[1]
POLL_SECONDS = 0.02


class Process:
    """A process in a group of its own, which ends with the lifeline that holds it.

    Args:
        argv: The command and its arguments.
        folder: Where it runs; the project's root if not given.
    """

    def __init__(
        self, lifeline: Lifeline, argv: Sequence[str], environment: Mapping[str, str], *, folder: Path = ROOT
    ) -> None:
        self.argv = list(argv)
        self.lifeline = lifeline
        self.pid = lifeline.spawn(self.argv, environment, folder=folder)

    @property
    def output(self) -> str:
        """What it wrote so far, to stdout and stderr."""
        return self.lifeline.log.read_text(errors="replace")

    @property
    def exit_code(self) -> int | None:
        """``None`` while it runs; the negative number of the signal that ended it."""
        return self.lifeline.exit_code()

    def wait(self, seconds: float = 30) -> int:
        """Wait for its end and return the exit code."""
        self._until(lambda: self.exit_code is not None, f"to end within {seconds} s", seconds)
        code = self.exit_code
        return 0 if code is None else code

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Wait until it has written a text, which must come before its end."""
        self._until(lambda: text in self.output or self.exit_code is not None, f"to write {text!r}", seconds)
        if text not in self.output:
            raise AssertionError(f"{self} ended with {self.exit_code} not writing {text!r}:\n{self.output}")

    def send(self, number: int) -> None:
        """Send it a signal; its children get none."""
        self.lifeline.send(number)

    def stop(self, seconds: float = 30) -> int:
        """Ask it to end with SIGTERM and return the exit code."""
        self.send(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self) -> None:
        """End it and its children with SIGKILL."""
        self.send(signal.SIGKILL)
        self.wait()

    def __str__(self) -> str:
        return " ".join(self.argv)

    def _until(self, reached: Callable[[], bool], expectation: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self} was expected {expectation}:\n{self.output}")
            time.sleep(POLL_SECONDS)
