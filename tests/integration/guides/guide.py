"""A guide as a program: its fenced blocks, and a folder in which they are carried out as a reader would.

- A file's name in backquotes and a colon, then a ``python`` block: the file is written; where the words before
  its name are "At the end of", the block is added to it.
- ``console``: the commands after each ``$`` run in order and must succeed; what is shown below one must be its
  output, where ``…`` stands for any text, and for any number of lines where it is a line of its own.
- ``console terminal``: one command that runs on, until the guide ends or the same one is started again.
- ``python sqlite``, ``python postgresql``: for one database only.
- ``<!-- not run: reason -->`` before a block leaves it out.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from legacy_app.servers.lifeline import Lifeline
from tests.processes import Process

FENCE = re.compile(r"^```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED_FILE = re.compile(r"(?P<added>the end of )?`(?P<name>[^`\s]+\.py)`:$")
NOT_RUN = re.compile(r"<!-- not run: .+ -->$")
SECONDS = 60
DATABASES = {"postgresql", "sqlite"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block: the words behind its fence, its text, and the paragraph before it in one line."""

    words: tuple[str, ...]
    body: str
    lead: str
    line: int

    @property
    def is_run(self) -> bool:
        return not NOT_RUN.search(self.lead)

    @property
    def commands(self) -> "list[Shown]":
        parts = re.split(r"^\$ ", self.body, flags=re.MULTILINE)[1:]
        joined = (re.sub(r"\\\n *", "", part).rstrip("\n") for part in parts)
        return [Shown(*part.partition("\n")[::2]) for part in joined]


@dataclass(frozen=True)
class Shown:
    """A command, and the output that the guide shows below it; an empty one promises nothing."""

    command: str
    output: str

    def promises(self, output: str) -> bool:
        return not self.output or bool(self.pattern.fullmatch(output.replace("\r", "").strip("\n") + "\n"))

    @property
    def pattern(self) -> re.Pattern[str]:
        lines = [f"{re.escape(line).replace('…', '.*')}\n" for line in self.output.splitlines()]
        return re.compile("".join("(?:.*\n)*?" if line == ".*\n" else line for line in lines))


def blocks(path: Path) -> Iterator[Block]:
    """The fenced blocks of a guide, in order."""
    text, end = path.read_text(), 0
    for fence in FENCE.finditer(text):
        lead = " ".join(text[end : fence.start()].strip().rpartition("\n\n")[2].split())
        line = text.count("\n", 0, fence.start()) + 1
        yield Block(words=tuple(fence["info"].split()), body=fence["body"], lead=lead, line=line)
        end = fence.end()


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
        match block.words:
            case ("python", *_):
                self.write(block)
            case ("console",):
                for shown in map(self.here, block.commands):
                    self.run(shown)
            case ("console", "terminal"):
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
        done = subprocess.run(
            ["bash", "-c", shown.command],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{shown.command}\nended with {done.returncode}:\n{done.stdout}"
        assert shown.promises(done.stdout), f"{shown.command}\nshows:\n{done.stdout}\nnot:\n{shown.output}"

    def start(self, shown: Shown) -> None:
        if shown.command in self._terminals:
            self._terminals.pop(shown.command).close()
        terminal = self._terminals[shown.command] = ExitStack()
        lifeline = terminal.enter_context(Lifeline())
        argv = ["bash", "-c", f"exec {shown.command}"]
        process = Process(lifeline, argv, self.environment, folder=self.folder)
        process.wait_for(shown.output.splitlines()[-1].split("…")[-1].strip(), SECONDS)
