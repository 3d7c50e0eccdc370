"""The processes of a run, each ended by a guardian of its own whatever happens to this one."""

import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from legacy_app.demo.exceptions import ProcessDied
from legacy_app.servers.exceptions import last_lines
from legacy_app.servers.lifeline import Lifeline

START_SECONDS = 60.0
POLL_SECONDS = 0.05
TRACEBACK = "Traceback (most recent call last)"


class Process:
    """One Python process; its output is in ``log``.

    Args:
        name: what people call it.
        argv: the arguments of ``python``.
        sign: what its log says once it is ready.
        nice: whether others come first.
    """

    def __init__(
        self,
        name: str,
        lifeline: Lifeline,
        argv: list[str],
        environment: Mapping[str, str],
        *,
        sign: str,
        nice: bool = False,
    ) -> None:
        self.name = name
        self.lifeline = lifeline
        self.sign = sign
        before = ["nice", "-n", "10"] if nice else []
        self.pid = lifeline.spawn(
            [*before, sys.executable, *argv],
            environment,
            stop_signal=signal.SIGKILL,
            folder=Path(settings.BASE_DIR),
        )

    @property
    def log(self) -> Path:
        return self.lifeline.log

    def kill(self) -> None:
        """End it at once, as its guardian does: what it had in hand has no effect, and nobody waits for it."""
        self.send(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.lifeline.send(number)

    def check(self) -> None:
        """
        Raises:
            ProcessDied: it does not run any more; with the last lines of its log.
        """
        code = self.lifeline.exit_code()
        if code is not None:
            raise died(f"The {self.name}", f"with code {code}", self.log)

    def await_start(self) -> None:
        """Wait until it is ready.

        Raises:
            ProcessDied: it has ended, or is silent for a minute.
        """
        deadline = time.monotonic() + START_SECONDS
        while self.sign not in self.log.read_text(errors="replace"):
            self.check()
            if time.monotonic() > deadline:
                raise died(f"The {self.name}", f"not starting within {START_SECONDS:.0f} s", self.log)
            time.sleep(POLL_SECONDS)

    @property
    def tracebacks(self) -> int:
        return self.log.read_text(errors="replace").count(TRACEBACK)


def died(name: str, how: str, log: Path) -> ProcessDied:
    lines = "\n".join(f"  {line}" for line in last_lines(log, count=12)) or "  (its log is empty)"
    return ProcessDied(f"{name} ended {how}. The last lines of its log:\n{lines}")
