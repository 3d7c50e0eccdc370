"""Another process that takes part in a benchmark: it is told something on a line of JSON, and answers on another."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from benchmarks.exceptions import StandFailed
from benchmarks.stand import ROOT


class Companion:
    """The process, as its module is named, at the other end of two pipes."""

    def __init__(self, module: str, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self.module, self.process, self.errors = module, process, errors

    def tell(self, **message: Any) -> None:
        if self.process.stdin is None:
            raise StandFailed(f"{self.module} was started without pipes.")
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What it says next.

        Raises:
            StandFailed: if it ended instead, with the last line that it wrote to stderr.
        """
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            code = self.process.wait()
            self.errors.seek(0)
            last = (self.errors.read().strip() or "no message").splitlines()[-1]
            raise StandFailed(f"{self.module} ended with {code}: {last}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, **message: Any) -> dict[str, Any]:
        self.tell(**message)
        return self.answer()


@contextmanager
def companion(python: str, module: str, environment: Mapping[str, str] = os.environ) -> Iterator[Companion]:
    """``python -m module`` for the length of the block; it must end when its stdin does."""
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [python, "-m", module],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        yield Companion(module, process, errors)
