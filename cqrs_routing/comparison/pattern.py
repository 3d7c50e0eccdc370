"""A pattern: how rules name parts of a JSON body, ``results[].updated_at``, ``meta.*``, ``**.etag``.

Steps are names of fields, joined by dots, and ``[]`` for every element of a list. ``*`` is any one field, ``**`` any
number of steps. A name with other characters in it is quoted as in JSON: ``prices."1.5 l"``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

from cqrs_routing.comparison.path import PLAIN
from cqrs_routing.exceptions import MalformedRules

STEP = re.compile(rf'\[\]|(?:\A|(?!\A)\.)("(?:[^"\\]|\\.)*"|\*\*|\*|{PLAIN.pattern})')


class Wildcard(Enum):
    ELEMENT = "[]"
    FIELD = "*"
    STEPS = "**"


Pattern = tuple[str | Wildcard, ...]

State = frozenset[Pattern]
"""What is left of the patterns that fit the path so far."""


def parsed(text: object) -> Pattern:
    """The steps of ``text``.

    Raises:
        MalformedRules: if it is none.
    """
    steps, end = list[str | Wildcard](), 0
    while isinstance(text, str) and (match := STEP.match(text, end)):
        steps.append(step_of(text, match[1] or match[0]))
        end = match.end()
    if not isinstance(text, str) or not steps or end < len(text):
        raise malformed(text)
    return tuple(steps)


def step_of(text: str, written: str) -> str | Wildcard:
    if not written.startswith('"'):
        return Wildcard(written) if written in ("[]", "*", "**") else written
    try:
        return str(json.loads(written))
    except ValueError:
        raise malformed(text) from None


def malformed(text: object) -> MalformedRules:
    return MalformedRules(
        f"{text!r} is no path into a body: write fields with dots between them, [] for the elements of a list, "
        "* for any field and ** for any depth, such as 'results[].updated_at'."
    )


def state(texts: Iterable[object]) -> State:
    """Where the patterns ``texts`` begin."""
    return opened(map(parsed, texts))


@lru_cache(maxsize=4096)
def entered(before: State, step: str | None) -> State:
    """The state one step further: into the field called so, or into an element where it is None."""
    rests = set[Pattern]()
    for pattern in before:
        if pattern and pattern[0] is Wildcard.STEPS:
            rests.add(pattern)
        elif pattern and fits(pattern[0], step):
            rests.add(pattern[1:])
    return opened(rests)


def reached(at: State) -> bool:
    """Whether a pattern names just this place."""
    return () in at


def fits(expected: str | Wildcard, step: str | None) -> bool:
    if step is None:
        return expected is Wildcard.ELEMENT
    return expected is Wildcard.FIELD or expected == step


def opened(patterns: Iterable[Pattern]) -> State:
    """The ``patterns``, and what is left of them where ``**`` stands for no step at all."""
    rests = set(patterns)
    for pattern in tuple(rests):
        while pattern and pattern[0] is Wildcard.STEPS:
            pattern = pattern[1:]
            rests.add(pattern)
    return frozenset(rests)
