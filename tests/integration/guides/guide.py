"""A guide as a program: its fenced blocks, and what they mean.

- A file's name in backquotes and a colon, then a ``python`` block: the file is written; where the words before
  its name are "At the end of", the block is added to it.
- ``console``: the commands after each ``$`` run in order and must succeed; what is shown below one must be its
  output, where ``…`` stands for any text, and for any number of lines where it is a line of its own. One that
  begins with ``sleep`` waits for something, and is repeated until that is there.
- ``console terminal``: one command that runs on, until the guide ends or the same one is started again.
- ``sqlite`` or ``postgresql`` behind either: for one database only.
- ``<!-- not run: reason -->`` before a block leaves it out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: .+ -->$")


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
