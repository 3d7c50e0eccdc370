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
    bar = Progress(*columns, console=console)
    task = bar.add_task(title, total=None, rate="", note="")

    def show(progress: chunk.Progress) -> None:
        # Started with the first progress: an error before it prints its line alone.
        bar.start()
        speed = bar.tasks[0].speed
        rate = f"{speed:,.0f} rows/s" if speed else ""
        note = f"waits: {progress.note}" if progress.note else ""
        bar.update(task, completed=progress.rows, total=progress.estimated, rate=rate, note=note)

    try:
        yield show
    finally:
        bar.stop()


class _Lines:
    """A line now and then, and at once where something holds the work, or no longer does."""

    def __init__(self, console: Console, title: str) -> None:
        self.console, self.title = console, title
        self.begun = self.told = time.monotonic()
        self.first: int | None = None
        self.note = ""

    def show(self, progress: chunk.Progress) -> None:
        now = time.monotonic()
        self.first = progress.rows if self.first is None else self.first
        # The first words name what holds it; the seconds behind them change all the time.
        holding = progress.note.partition(":")[0]
        if now - self.told < LINE_SECONDS and holding == self.note:
            return
        self.told, self.note = now, holding
        self.console.print(self._line(progress, now), soft_wrap=True, highlight=False)

    def _line(self, progress: chunk.Progress, now: float) -> str:
        rate = (progress.rows - (self.first or 0)) / max(now - self.begun, 0.001)
        left = f", {(progress.estimated - progress.rows) / rate:,.0f} s left" if rate else ""
        speed = f"; waits: {progress.note}" if progress.note else f", {rate:,.0f} rows/s{left}"
        return f"{self.title}: {progress.rows:,} of {progress.estimated:,} rows{speed}"
