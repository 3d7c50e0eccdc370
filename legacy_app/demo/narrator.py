"""What the demo says while it runs: bars and colours on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

PLAIN_WIDTH = 120
PLAIN_SECONDS = 5.0


class Narrator:
    """Tells the chapters on ``stream``."""

    def __init__(self, stream: Any) -> None:
        terminal = bool(getattr(stream, "isatty", lambda: False)())
        # Django's wrapper ends every piece with a new line, also those that move the cursor.
        self.stream = getattr(stream, "_out", stream)
        self.console = Console(file=self.stream, width=None if terminal else PLAIN_WIDTH, highlight=False)
        self.started = time.monotonic()

    @property
    def on_terminal(self) -> bool:
        return self.console.is_terminal

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self.started

    def chapter(self, number: int, count: int, title: str, why: str) -> None:
        heading = Text(f"\n{number}/{count} {title}", style="bold cyan")
        heading.append(f"  {self.seconds:.0f} s", style="dim")
        self.console.print(heading, Text(why, style="dim"), sep="\n")

    def say(self, text: str) -> None:
        self.console.print(Text(f"  {text}"), soft_wrap=True)

    def quote(self, lines: Iterable[str]) -> None:
        """What something else has said, a line each."""
        for line in lines:
            self.console.print(Text(f"    │ {line}", style="dim"), soft_wrap=True)

    def show(self, renderable: RenderableType) -> None:
        self.console.print(renderable)

    @contextmanager
    def busy(self, text: str) -> Iterator[None]:
        """Say that something takes a moment, and how long it took."""
        started = time.monotonic()
        if self.on_terminal:
            with self.console.status(f"  {text} …"):
                yield
        else:
            self.say(f"{text} …")
            yield
        self.say(f"{text}: {time.monotonic() - started:.1f} s")

    @contextmanager
    def clock(self, seconds: float) -> Iterator[Callable[[float, str], None]]:
        """A bar that fills in ``seconds``; yields a function that takes the seconds passed and a text."""
        if not self.on_terminal:
            yield self._plain_clock()
            return
        columns = TextColumn("  "), BarColumn(bar_width=20), TextColumn("{task.description}")
        with Progress(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task("", total=seconds)
            yield lambda passed, text: bar.update(task, completed=passed, description=text)

    def _plain_clock(self) -> Callable[[float, str], None]:
        said = 0.0

        def tell(passed: float, text: str) -> None:
            nonlocal said
            if passed - said >= PLAIN_SECONDS:
                said = passed
                self.say(text)

        return tell
