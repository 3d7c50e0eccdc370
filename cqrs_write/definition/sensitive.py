"""Sensitive fields: values that are in no log, admin page or trace, and leave the command log when it is settled."""

from collections.abc import Iterable
from typing import Any

HIDDEN = "***"
SHORTEST = 3
"""Characters of a value that is looked for in texts; a shorter one would hide half of what is written there."""


def redacted(payload: Any, fields: Iterable[str]) -> Any:
    """The payload with the values of ``fields`` hidden."""
    if not isinstance(payload, dict):
        return HIDDEN if tuple(fields) else payload
    return {key: HIDDEN if key in fields else value for key, value in payload.items()}


def scrubbed(text: str, payload: Any, fields: Iterable[str]) -> str:
    """``text``, as of an error, without the values that ``fields`` have in ``payload``."""
    if isinstance(payload, dict):
        hidden = {value for field in fields for value in _texts(payload.get(field))}
        for value in sorted(hidden, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
    return text


def _texts(value: Any) -> Iterable[str]:
    """The texts in a value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool) and len(str(value)) >= SHORTEST:
        yield str(value)
