"""When a failed command is tried again."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Retry:
    """What a handler's failures mean: exceptions that pass by themselves, and how patiently to wait for it.

    Serialization failures, deadlocks and lost connections always count as passing.
    """

    on: tuple[type[Exception], ...] = ()
    """Exceptions that may not happen again; any other makes the command dead at once."""

    attempts: int = 5
    """How often the command is tried, the first time included."""

    backoff: float = 1.0
    """Seconds before the second attempt; doubled before each further one."""

    longest: float = 600.0
    """Seconds that no wait exceeds."""

    def delay(self, attempt: int) -> float:
        """Seconds to wait after ``attempt`` failed: half of it fixed and half random.

        The random half keeps commands that failed together from coming back together.
        """
        full = min(self.backoff * 2.0 ** min(attempt - 1, 32), self.longest)
        return full / 2 + random.uniform(0, full / 2)
