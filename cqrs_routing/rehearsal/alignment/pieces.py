"""A text in pieces: the UUIDs, dates and numbers in it, and what stands between them."""

from __future__ import annotations

import re

from cqrs_routing.rehearsal.alignment.clocks import READING

UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
PIECE = re.compile(rf"(?<![0-9a-f])({UUID})(?![0-9a-f])|(?<!\d)({READING})(?!\d)|(\d+)", re.IGNORECASE)


def pieces(text: str) -> tuple[list[str], list[str]]:
    """What stands between the pieces, and the pieces."""
    between, found, end = [], [], 0
    for match in PIECE.finditer(text):
        between.append(text[end : match.start()])
        found.append(match[0])
        end = match.end()
    return [*between, text[end:]], found


def token(value: object) -> str | None:
    """What a generated value looks like wherever it stands: a number without zeros before it, a UUID without dashes."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value)
    if re.fullmatch(UUID, text, re.IGNORECASE):
        return text.replace("-", "").lower()
    return str(int(text)) if text.isdecimal() else None
