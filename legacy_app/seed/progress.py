"""Progress of a long command: a bar on a terminal, a line per step elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int], object]
Step = Callable[[str, int], object]


@contextmanager
def progress_to(stdout) -> Iterator[Step]:
    """Give a ``step(label, total)`` context manager whose value is called with the rows just done."""
    if not stdout.isatty():
        yield lambda label, total: plain_step(stdout, label)
        return
    columns = TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns) as bars:
        yield lambda label, total: bar_step(bars, label, total)


@contextmanager
def plain_step(stdout, label: str) -> Iterator[Advance]:
    started, done = monotonic(), []
    yield done.append
    stdout.write(f"{label}: {sum(done):,} ({monotonic() - started:.1f} s)")


@contextmanager
def bar_step(bars: Progress, label: str, total: int) -> Iterator[Advance]:
    task = bars.add_task(label, total=total)
    yield lambda rows: bars.advance(task, rows)
