"""Long work tells how far it is, how fast, and how long it will still take."""

import io
from functools import partial
from types import SimpleNamespace

import pytest
from rich.console import Console

from cqrs_read import progress
from cqrs_read.compute.chunk import Progress

NAME = "orders_cqrs.OrderSummary"


class Clock:
    """Stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=clock))
    return clock


def have_console(monkeypatch: pytest.MonkeyPatch, clock: Clock, *, terminal: bool) -> None:
    """The same one whatever the environment of the tests asks for."""
    environment = {"TERM": "xterm"}
    made = partial(Console, force_terminal=terminal, width=120, get_time=clock, _environ=environment)
    monkeypatch.setattr(progress, "Console", made)


class TestLines:
    @pytest.fixture(autouse=True)
    def _elsewhere(self, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
        have_console(monkeypatch, clock, terminal=False)

    def test_one_now_and_then_with_rate_and_time_left(self, clock: Clock) -> None:
        written = io.StringIO()
        with progress.progress_bar(written, NAME) as show:
            for seconds in range(26):
                clock.now = 1000.0 + seconds
                show(Progress(rows=500 + 200 * seconds, estimated=10_500))
        assert written.getvalue().splitlines() == [
            f"{NAME}: 2,500 of 10,500 rows, 200 rows/s, 40 s left",
            f"{NAME}: 4,500 of 10,500 rows, 200 rows/s, 30 s left",
        ]

    def test_one_at_once_where_something_begins_to_hold_it_or_ends(self, clock: Clock) -> None:
        written = io.StringIO()
        with progress.progress_bar(written, NAME) as show:
            for note in ("", "lag: 11 s behind", "lag: 12 s behind", "", ""):
                clock.now += 1
                show(Progress(rows=100, estimated=200, note=note))
        assert written.getvalue().splitlines() == [
            f"{NAME}: 100 of 200 rows; waits: lag: 11 s behind",
            f"{NAME}: 100 of 200 rows, 0 rows/s",
        ]


class TestBar:
    @pytest.fixture(autouse=True)
    def _terminal(self, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
        have_console(monkeypatch, clock, terminal=True)

    def last_frame(self, clock: Clock, *shown: Progress) -> str:
        written = io.StringIO()
        with progress.progress_bar(written, NAME) as show:
            for one in shown:
                clock.now += 1
                show(one)
        return written.getvalue().rpartition(NAME)[2]

    def test_rate_and_time_left(self, clock: Clock) -> None:
        frame = self.last_frame(clock, *(Progress(rows=1000 * n, estimated=10_000) for n in range(1, 5)))
        assert "4000/10000" in frame
        assert "1,000 rows/s" in frame
        assert "0:00:06" in frame

    def test_the_rate_stays_where_there_are_more_rows_than_estimated(self, clock: Clock) -> None:
        seen = [1000 * n for n in range(1, 8)]
        frame = self.last_frame(clock, *(Progress(rows=n, estimated=max(n, 2500)) for n in seen))
        assert "7000/7000" in frame
        assert "1,000 rows/s" in frame

    def test_what_holds_it(self, clock: Clock) -> None:
        frame = self.last_frame(clock, Progress(rows=10, estimated=20, note="own: the night batch"))
        assert "waits: own: the night batch" in frame

    def test_an_error_before_the_first_progress_stands_alone(self, clock: Clock) -> None:
        written = io.StringIO()
        with pytest.raises(ZeroDivisionError), progress.progress_bar(written, NAME):
            raise ZeroDivisionError
        assert NAME not in written.getvalue()
