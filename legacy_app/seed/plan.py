"""How much is seeded, and over which time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

PERIOD = timedelta(days=730)
MAX_PRODUCTS = 20_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The same scale, seed and end give the same rows (but for the accounts' tokens and password salts)."""

    scale: float
    seed: int
    until: datetime

    @property
    def since(self) -> datetime:
        return self.until - PERIOD

    @property
    def customers(self) -> int:
        return max(10, round(2_000 * self.scale))

    @property
    def orders(self) -> int:
        return max(40, round(20_000 * self.scale))

    @property
    def products(self) -> int:
        return min(MAX_PRODUCTS, max(60, round(1_000 * self.scale)))

    @property
    def drivers(self) -> int:
        return max(10, round(500 * self.scale))

    @property
    def rides(self) -> int:
        return max(40, round(5_000 * self.scale))

    def random(self, topic: str) -> Random:
        """A generator of its own for each topic, so that a change to one leaves the others' rows alone."""
        return Random(f"{self.seed}:{topic}")

    def at(self, fraction: float) -> datetime:
        """The moment at a fraction (0 to 1) of the period, to the second."""
        return self.since + timedelta(seconds=int(PERIOD.total_seconds() * fraction))

    def later(self, moment: datetime, **delta: float) -> datetime:
        """``moment`` plus a delta, but never after the end."""
        return min(moment + timedelta(**delta), self.until)
