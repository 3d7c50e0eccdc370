"""What is kept of an answer, as people read it later: cut to a size, without sensitive values."""

from __future__ import annotations

from cqrs_routing.comparison import json_text
from cqrs_routing.comparison.answer import Answer
from cqrs_routing.comparison.bodies import described
from cqrs_routing.comparison.rules import Rules
from cqrs_routing.comparison.sensitive import redacted_text
from cqrs_routing.comparison.storable import storable
from cqrs_routing.comparison.written import written


def kept(answer: Answer | None, rules: Rules) -> str:
    """Status and body of ``answer``, or what was raised in its place, and where; empty where nothing is known."""
    if answer is None:
        return ""
    if answer.error:
        return f"raised {answer.error}\n{answer.traceback}".rstrip()
    return f"{answer.status}\n{kept_body(answer, rules)}"


def kept_body(answer: Answer, rules: Rules) -> str:
    """The body of ``answer`` as text that every database stores, or what was raised in its place.

    Of a body that is cut, a note says how large it was.
    """
    if answer.error:
        return f"raised {answer.error}"
    if answer.says_json and (written_json := json_body(answer, rules)) is not None:
        return within_limit(written_json, answer, rules)
    text = answer.text
    if text is None:
        return described(answer.body)
    begin = text[: rules.body_limit]
    shown = redacted_text(storable(begin), rules.hides)
    return within_limit(shown, answer, rules, is_cut=begin != text)


def json_body(answer: Answer, rules: Rules) -> str | None:
    """The body in one line, or more of it than is kept; None if it is no JSON."""
    try:
        value = json_text.read(answer.body)
    except json_text.NotJson:
        return None
    return storable(written(value, rules.hides, rules.body_limit))


def within_limit(text: str, answer: Answer, rules: Rules, *, is_cut: bool = False) -> str:
    encoded = text.encode()
    if len(encoded) <= rules.body_limit and not is_cut:
        return text
    kept = encoded[: rules.body_limit].decode(errors="ignore")
    return f"{kept}… (cut: the body has {len(answer.body):,} bytes)"
