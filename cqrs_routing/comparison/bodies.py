"""Bodies: where those of two answers differ, as JSON if they are, else line by line, else as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from cqrs_routing.comparison import json_text, json_values
from cqrs_routing.comparison.answer import Answer
from cqrs_routing.comparison.difference import Difference, Sort, bounded
from cqrs_routing.comparison.path import Path
from cqrs_routing.comparison.prepared import prepared
from cqrs_routing.comparison.rules import Rules

LINES = Path(("lines",))


Change = Callable[[Any], Any]


def differences(legacy: Answer, candidate: Answer, rules: Rules, translate: Change) -> Iterator[Difference]:
    if legacy.body == candidate.body:
        return iter(())
    if not legacy.says_json and not candidate.says_json:
        return other_differences(legacy, candidate, rules, translate)
    try:
        return json_differences(json_of(legacy, rules), json_of(candidate, rules, translate), rules)
    except json_text.NotJson:
        return other_differences(legacy, candidate, rules, translate)


def as_it_is(value: Any) -> Any:
    return value


def json_of(answer: Answer, rules: Rules, translate: Change = as_it_is) -> Any:
    """The values in the body of ``answer``, translated and normalised, whatever it says that it is.

    Raises:
        NotJson: if it is no JSON.
    """
    value = translate(json_text.read(answer.body))
    if rules.normalise:
        value = rules.normalise(value)
        json_text.refuse_deep(value)
    return value


def json_differences(legacy: Any, candidate: Any, rules: Rules) -> Iterator[Difference]:
    return bounded(
        json_values.differences(prepared(legacy, rules), prepared(candidate, rules), rules, Path())
    )


def other_differences(
    legacy: Answer, candidate: Answer, rules: Rules, translate: Change
) -> Iterator[Difference]:
    left, right = legacy.text, candidate.text
    if left is None or right is None:
        return iter([binary_difference(legacy, candidate)])
    return text_differences(normalised(left, rules), normalised(translate(right), rules), rules)


def text_differences(legacy: Any, candidate: Any, rules: Rules) -> Iterator[Difference]:
    if isinstance(legacy, str) and isinstance(candidate, str):
        legacy, candidate = legacy.split("\n"), candidate.split("\n")
    return bounded(json_values.differences(legacy, candidate, rules, LINES))


def binary_difference(legacy: Answer, candidate: Answer) -> Difference:
    return Difference(
        path=Path(), sort=Sort.CHANGED, legacy=described(legacy.body), candidate=described(candidate.body)
    )


def described(body: bytes) -> str:
    """What tells a binary body from another one."""
    return f"{len(body):,} bytes, SHA-256 {sha256(body).hexdigest()}"


def normalised(value: Any, rules: Rules) -> Any:
    return rules.normalise(value) if rules.normalise else value
