"""How far the read models were behind, asked ten times a second on the side."""

import time

from cqrs_read.lag import read_model_status
from legacy_app.demo.crew import Crew
from legacy_app.demo.measurements import percentile

INTERVAL_SECONDS = 0.1


class LagMeter(Crew):
    """Asks for the lag of every read model that can serve, and keeps the largest of each time."""

    def __init__(self) -> None:
        super().__init__("lag", INTERVAL_SECONDS)
        self.seconds: list[float] = []

    def start(self) -> None:
        self.add(self.ask)

    def ask(self) -> None:
        ready = [status.lag_seconds for status in read_model_status() if status.state == "ready"]
        if ready:
            self.seconds.append(max(ready))

    @property
    def last(self) -> float:
        return self.seconds[-1] if self.seconds else 0.0

    @property
    def p99(self) -> float:
        return percentile(self.seconds, 99)

    @property
    def longest(self) -> float:
        return max(self.seconds, default=0.0)


def await_no_lag(seconds: float) -> float:
    """Wait until no read model has anything to consume; return the seconds of lag that are left."""
    deadline = time.monotonic() + seconds
    while any(status.pending for status in read_model_status()):
        if time.monotonic() > deadline:
            break
        time.sleep(INTERVAL_SECONDS / 2)
    return max((status.lag_seconds for status in read_model_status()), default=0.0)
