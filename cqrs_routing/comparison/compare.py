"""Comparing two answers of one request, those of the legacy side and of the candidate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cqrs_routing.comparison import bodies
from cqrs_routing.comparison.answer import Answer, class_name
from cqrs_routing.comparison.difference import Difference, Sort
from cqrs_routing.comparison.path import Path
from cqrs_routing.comparison.rules import Rules

NO_RULES = Rules()


Translate = Callable[[Any], Any]


def compare(
    legacy: Answer, candidate: Answer, rules: Rules = NO_RULES, translate: Translate = lambda value: value
) -> tuple[Difference, ...]:
    """Where the answers differ; nothing if they do not.

    An exception or another status is the only difference that is told: what else differs follows from it.

    Args:
        translate: what in legacy's terms stands for a header or a body of the candidate's, a JSON one parsed: where
            each side has generated keys of its own.

    Raises:
        MalformedRules: if the rules make no sense. Whatever the answers are, nothing is raised.
    """
    rules.refuse_malformed()
    if legacy.error or candidate.error:
        return in_errors(legacy, candidate)
    if legacy.status != candidate.status:
        return (Difference(path=Path(), sort=Sort.STATUS, legacy=legacy.status, candidate=candidate.status),)
    return (
        *in_headers(legacy, candidate, rules, translate),
        *in_bodies(legacy, candidate, rules, translate),
    )


def in_errors(legacy: Answer, candidate: Answer) -> tuple[Difference, ...]:
    if legacy.error == candidate.error:
        return ()
    return (
        Difference(
            path=Path(), sort=Sort.ERROR, legacy=legacy.error or None, candidate=candidate.error or None
        ),
    )


def in_headers(legacy: Answer, candidate: Answer, rules: Rules, translate: Translate) -> Iterator[Difference]:
    for name in rules.headers:
        left, right = legacy.headers.get(name), translate(candidate.headers.get(name))
        if left != right:
            yield Difference(path=Path((name,)), sort=Sort.HEADER, legacy=left, candidate=right)


def in_bodies(
    legacy: Answer, candidate: Answer, rules: Rules, translate: Translate
) -> tuple[Difference, ...]:
    try:
        return tuple(bodies.differences(legacy, candidate, rules, translate))
    except Exception as error:  # noqa: BLE001  the project's normalise may do anything; the difference says so
        return (Difference(path=Path(), sort=Sort.FAILED, candidate=class_name(error)),)
