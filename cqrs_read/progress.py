"""Progress of work that goes over all keys of a read model: a bar on a terminal, now and then a line elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cqrs_read.compute import chunk

LINE_SECONDS = 10.0
"""Between two lines where there is no terminal."""

Show = Callable[[chunk.Progress], None]


@contextmanager
def progress_bar(stream: Any, title: str) -> Iterator[Show]:
    """Yields the function to call with each progress: it shows rate, time left, and what holds the work."""
    # Django's wrapper ends all that is written with a new line, the bar's own way back up included.
    console = Console(file=getattr(stream, "_out", stream))
    if console.is_terminal:
        with _bar(console, title) as show:
            yield show
    else:
        yield _Lines(console, title).show


@contextmanager
def _bar(console: Console, title: str) -> Iterator[Show]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    bar, rate = Progress(*columns, console=console), _Rate()
    task = bar.add_task(title, total=None, rate="", note="")

    def show(progress: chunk.Progress) -> None:
        # Started with the first progress: an error before it prints its line alone.
        bar.start()
        # Not the bar's own, which begins anew whenever there turn out to be more rows than were estimated.
        speed = rate.of(progress)
        shown = f"{speed:,.0f} rows/s" if speed else ""
        note = f"waits: {progress.note}" if progress.note else ""
        bar.update(task, completed=progress.rows, total=progress.estimated, rate=shown, note=note)

    try:
        yield show
    finally:
        bar.stop()


class _Rate:
    """Rows per second since the first progress; a run that goes on begins with the rows that it has."""

    first: tuple[float, int] | None = None

    def of(self, progress: chunk.Progress) -> float:
        now = time.monotonic()
        begun, rows = self.first = self.first or (now, progress.rows)
        return (progress.rows - rows) / max(now - begun, 0.001)


class _Lines:
    """A line now and then, and at once where something holds the work, or no longer does."""

    def __init__(self, console: Console, title: str) -> None:
        self.console, self.title = console, title
        self.rate, self.told = _Rate(), time.monotonic()
        self.note = ""

    def show(self, progress: chunk.Progress) -> None:
        now, rate = time.monotonic(), self.rate.of(progress)
        # The first words name what holds it; the seconds behind them change all the time.
        holding = progress.note.partition(":")[0]
        if now - self.told < LINE_SECONDS and holding == self.note:
            return
        self.told, self.note = now, holding
        self.console.print(self._line(progress, rate), soft_wrap=True, highlight=False)

    def _line(self, progress: chunk.Progress, rate: float) -> str:
        # Beyond what was estimated nobody knows.
        ahead = progress.estimated - progress.rows
        left = f", {ahead / rate:,.0f} s left" if rate and ahead else ""
        speed = f"; waits: {progress.note}" if progress.note else f", {rate:,.0f} rows/s{left}"
        return f"{self.title}: {progress.rows:,} of {progress.estimated:,} rows{speed}"
