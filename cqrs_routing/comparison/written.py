"""A written value: JSON as people read it later, without sensitive values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cqrs_routing.comparison.sensitive import Hides, redacted_text
from cqrs_write.definition.sensitive import HIDDEN


def written(value: Any, hides: Hides, length: int) -> str:
    """``value`` in one line: all of it, or its begin, which is longer than ``length`` characters then."""
    pieces, size = list[str](), 0
    for piece in pieces_of(value, hides):
        pieces.append(piece)
        size += len(piece)
        if size > length:
            break
    return "".join(pieces)


def pieces_of(value: Any, hides: Hides) -> Iterator[str]:
    """One after the other, since the whole of a large body is never needed."""
    if isinstance(value, dict):
        yield from pieces_of_object(value, hides)
    elif isinstance(value, list):
        yield from pieces_of_list(value, hides)
    elif value is None or isinstance(value, bool):
        yield json.dumps(value)
    elif isinstance(value, (int, float, Decimal)):
        yield str(value)
    else:
        yield quoted(redacted_text(str(value), hides))


def pieces_of_object(value: dict[Any, Any], hides: Hides) -> Iterator[str]:
    separator = "{"
    for key, inner in value.items():
        yield f"{separator}{quoted(str(key))}: "
        yield from [quoted(HIDDEN)] if hides(str(key)) else pieces_of(inner, hides)
        separator = ", "
    yield "}" if value else "{}"


def pieces_of_list(value: list[Any], hides: Hides) -> Iterator[str]:
    separator = "["
    for inner in value:
        yield separator
        yield from pieces_of(inner, hides)
        separator = ", "
    yield "]" if value else "[]"


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
