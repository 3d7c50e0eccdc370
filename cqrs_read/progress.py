"""A progress bar for work that goes over all keys of a read model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cqrs_read import chunk


@contextmanager
def progress_bar(stream: Any, title: str) -> Iterator[Callable[[chunk.Progress], None]]:
    """A bar with rate and time left on ``stream``; yields the function to call with each progress."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    # Django's wrapper ends all that is written with a new line, the bar's own way back up included.
    bar = Progress(*columns, console=Console(file=getattr(stream, "_out", stream)))
    task = bar.add_task(title, total=None, rate="")

    def show(progress: chunk.Progress) -> None:
        # Started with the first progress: an error before it prints its line alone.
        bar.start()
        speed = bar.tasks[0].speed
        rate = f"{speed:,.0f} rows/s" if speed else ""
        bar.update(task, completed=progress.rows, total=progress.estimated, rate=rate)

    try:
        yield show
    finally:
        bar.stop()
