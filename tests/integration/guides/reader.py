"""The reader of a guide: does what its blocks say, in an empty folder."""

import re
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from legacy_app.servers.lifeline import Lifeline
from tests.processes import Process

from .guide import Block, Shown, blocks

NAMED_FILE = re.compile(r"(?P<added>the end of )?`(?P<name>[^`\s]+\.py)`:$")
DATABASES = {"postgresql", "sqlite"}
SECONDS = 60


class Reader:
    """Somebody who does in ``folder`` what a guide says, until the block ends.

    Args:
        database: ``postgresql`` or ``sqlite``.
        environment: of every command.
        replaced: words of the guide that are others here: a port that is free, say.
    """

    def __init__(
        self, folder: Path, database: str, environment: Mapping[str, str], replaced: Mapping[str, str]
    ) -> None:
        self.folder, self.database, self.environment, self.replaced = folder, database, environment, replaced
        self._terminals: dict[str, ExitStack] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for terminal in self._terminals.values():
            terminal.close()

    def follow(self, guide: Path) -> None:
        for block in blocks(guide):
            if block.is_run and not (DATABASES & set(block.words)) - {self.database}:
                try:
                    self.do(block)
                except Exception as error:
                    error.add_note(f"{guide.name}:{block.line}")
                    raise

    def do(self, block: Block) -> None:
        match [word for word in block.words if word not in DATABASES]:
            case ["python"]:
                self.write(block)
            case ["console"]:
                for shown in map(self.here, block.commands):
                    self.run(shown)
            case ["console", "terminal"]:
                (shown,) = map(self.here, block.commands)
                self.start(shown)
            case _:
                raise AssertionError(f"nobody knows what to do with a block of {' '.join(block.words)}")

    def here(self, shown: Shown) -> Shown:
        command, output = shown.command, shown.output
        for word, other in self.replaced.items():
            command, output = (re.sub(rf"\b{word}\b", other, text) for text in (command, output))
        return Shown(command, output)

    def write(self, block: Block) -> None:
        named = NAMED_FILE.search(block.lead)
        assert named, f"which file? The text before the block ends: {block.lead[-60:]}"
        path = self.folder / named["name"]
        before = path.read_text() + "\n\n" if named["added"] else ""
        path.write_text(before + block.body)

    def run(self, shown: Shown) -> None:
        waits, deadline = shown.command.startswith("sleep "), time.monotonic() + SECONDS
        output = self.output_of(shown.command)
        while waits and not shown.promises(output) and time.monotonic() < deadline:
            output = self.output_of(shown.command)
        assert shown.promises(output), f"{shown.command}\nshows:\n{output}\nnot:\n{shown.output}"

    def output_of(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}\nended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def start(self, shown: Shown) -> None:
        if shown.command in self._terminals:
            self._terminals.pop(shown.command).close()
        terminal = self._terminals[shown.command] = ExitStack()
        lifeline = terminal.enter_context(Lifeline())
        argv = ["bash", "-c", f"exec {shown.command}"]
        process = Process(lifeline, argv, self.environment, folder=self.folder)
        *_, last = shown.output.rpartition("…")
        process.wait_for(f"{last.splitlines()[-1]}\n", SECONDS)
        assert shown.pattern.match(process.output), (
            f"{process}\nshows:\n{process.output}\nnot:\n{shown.output}"
        )
