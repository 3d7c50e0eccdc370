"""A path: where in an answer something is, ``results[number=A17].customer.name``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

PLAIN = re.compile(r'[^.*\[\]"\s]+')
"""A field's name that needs no quotes in a path."""

DATA = re.compile(r"\d|.+@|[0-9a-f]{8}-[0-9a-f]{4}-|.*-\d", re.IGNORECASE)
"""How names begin that are data, as in an object of amounts by day: a number, address, UUID, SKU-17."""

LONGEST_LABEL = 40

ELEMENT = "[]"
ANY_FIELD = "*"
WHOLE = "body"


class Element(NamedTuple):
    """An element of a list: by its index, ``3``, or by what identifies it, ``number=A17``."""

    label: str


Step = str | Element


@dataclass(frozen=True)
class Path:
    """The steps from the outside in: names of fields, and elements of lists."""

    steps: tuple[Step, ...] = ()

    def field(self, name: object) -> Path:
        return Path((*self.steps, str(name)))

    def element(self, label: object) -> Path:
        return Path((*self.steps, Element(str(label))))

    def __str__(self) -> str:
        return joined(map(shown, self.steps))

    @property
    def general(self) -> tuple[str, ...]:
        """The steps that it shares with its like: all elements are ``[]``, and fields named by data ``*``."""
        return tuple(map(general, self.steps))


def general(step: Step) -> str:
    if isinstance(step, Element):
        return ELEMENT
    return ANY_FIELD if DATA.match(step) else quoted(step)


def shown(step: Step) -> str:
    return f"[{shortened(step.label)}]" if isinstance(step, Element) else quoted(step)


def quoted(name: str) -> str:
    return name if PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def shortened(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1]}…"


def joined(steps: Iterable[str]) -> str:
    """Steps as a text: ``results[].total``."""
    text = ""
    for step in steps:
        text += f".{step}" if text and not step.startswith("[") else step
    return text or WHOLE
