"""One rival in a process of its own, which measures itself when it is asked to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.companion import Companion, companion
from benchmarks.rivals.installation import rivals_python

SETTINGS = "benchmarks.rivals.settings"


class Rival:
    """What can be asked of the process; each answer is in seconds."""

    def __init__(self, process: Companion) -> None:
        self.process = process

    def save(self, times: int) -> float:
        """The median of saving ``times`` order lines, one after another."""
        return self._seconds(action="save", times=times)

    def update_dependent(self, lines: list[int]) -> float:
        """Recomputing what depends on the prices of the lines with these keys."""
        return self._seconds(action="update_dependent", lines=lines)

    def flag_is_active(self, requests: int) -> float:
        """Deciding for so many requests whether a flag for a percentage is on."""
        return self._seconds(action="flag_is_active", requests=requests)

    def _seconds(self, **question: Any) -> float:
        return float(self.process.ask(**question)["seconds"])


@contextmanager
def rival(name: str) -> Iterator[Rival]:
    """The rival ``name`` for the length of the block: ``plain``, ``computed``, ``master`` or ``flags``."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": SETTINGS, "RIVAL": name}
    with companion(str(rivals_python()), "benchmarks.rivals.process", environment) as process:
        yield Rival(process)
