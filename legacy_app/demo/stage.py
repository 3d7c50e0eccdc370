"""The stage: what the chapters share."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any

from cqrs_routing.switching.switch import Switched, set_mode
from legacy_app.demo.clients import Clients
from legacy_app.demo.crew import Crew
from legacy_app.demo.lag import LagMeter
from legacy_app.demo.measurements import Measurements
from legacy_app.demo.narrator import Narrator
from legacy_app.demo.options import Options
from legacy_app.demo.promises import Promises
from legacy_app.demo.shop import Shop, opened_shop
from legacy_app.demo.stack import Stack
from legacy_app.demo.switches import BY, Switch
from legacy_app.demo.trials import Trials
from legacy_app.demo.writers import Writers

TICK_SECONDS = 0.2
PATIENCE_SECONDS = 120.0


class Stage:
    """One run of the demo: its processes, its load and what was found. Leaving the block ends everything."""

    def __init__(self, options: Options, narrator: Narrator) -> None:
        self.options = options
        self.narrator = narrator
        self.measurements = Measurements()
        self.lag = LagMeter()
        self.switches: list[Switch] = []
        self.differences: list[str] = []
        self.promises: Promises | None = None
        self.trials = Trials()
        self.helpers: list[Crew] = []
        self._exit = ExitStack()

    def __enter__(self) -> "Stage":
        self.stack = self._exit.enter_context(Stack(sqlite=self.options.sqlite, port=self.options.port))
        return self

    def __exit__(self, *raised: object) -> None:
        with undisturbed():
            for crew in self.crews if "shop" in vars(self) else ():
                crew.give_up()
            self._exit.close()

    @cached_property
    def shop(self) -> Shop:
        return opened_shop()

    @cached_property
    def clients(self) -> Clients:
        return Clients(self.shop, self.stack.port or 0, self.measurements)

    @cached_property
    def writers(self) -> Writers:
        return Writers(self.shop)

    @property
    def on_sqlite(self) -> bool:
        return self.stack.environment["DATABASE_URL"].startswith("sqlite")

    @property
    def crews(self) -> list[Crew]:
        return [self.clients, self.writers, self.lag, *self.helpers]

    def play(self, share: float) -> None:
        """Let the load go on for a share of the seconds that the load may take."""
        started, seconds = time.monotonic(), self.options.seconds * share
        with self.narrator.clock(seconds) as tell:
            while (passed := time.monotonic() - started) < seconds:
                self.check()
                tell(passed, self.load())
                time.sleep(min(TICK_SECONDS, seconds))

    def check(self) -> None:
        """Raise what has gone wrong beside the main thread."""
        self.stack.check()
        for crew in self.crews:
            crew.check()

    @contextmanager
    def joined_by(self, crew: Crew) -> Iterator[None]:
        """``crew`` is at work too, until the block ends."""
        self.helpers.append(crew)
        try:
            yield
        finally:
            crew.stop()
            crew.check()
            self.helpers.remove(crew)

    def wait_until(self, fulfilled: Callable[[], bool]) -> bool:
        """Let the load go on until something is fulfilled, for as long as anybody is patient; whether it is."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := fulfilled()) and time.monotonic() < deadline:
            self.check()
            time.sleep(TICK_SECONDS)
        return found

    def load(self) -> str:
        """What the load has come to so far, in one line."""
        return (
            f"{len(self.measurements.samples):,} requests, {self.writers.done.total():,} legacy writes, "
            f"{len(self.errors)} errors, lag {self.lag.last * 1000:,.0f} ms"
        )

    def switch(self, endpoint: str, mode: str) -> None:
        """Put ``endpoint`` in ``mode``, whatever the evidence."""
        self.change(set_mode, endpoint, mode=mode, reason="manage.py demo", force=True)

    def change(self, change: Callable[..., Switched], endpoint: str, **options: Any) -> Switched:
        """Call ``change``, a function of :mod:`cqrs_routing.switching`, and remember when."""
        began = time.monotonic()
        switched = change(endpoint, by=BY, **options)
        self.switches.append(Switch(endpoint=endpoint, mode=switched.new, began=began, at=time.monotonic()))
        return switched

    @property
    def errors(self) -> list[str]:
        """Failed requests and failed legacy writes, one line each."""
        return [*self.measurements.errors, *self.writers.errors]


@contextmanager
def undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not cut short what the first one began."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
