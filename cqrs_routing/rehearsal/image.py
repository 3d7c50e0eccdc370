"""An image: what one row was before a write, and what it is after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Image:
    """``operation`` is INSERT, UPDATE, DELETE or TRUNCATE; ``failure`` says why it could not be taken."""

    table: str
    operation: str
    old: Row | None = None
    new: Row | None = None
    failure: str = ""


def image(text: str) -> Image:
    """The image that a trigger's message holds."""
    return Image(**parse(text))


def parse(text: str) -> Any:
    """JSON with its numbers as they are written there."""
    return json.loads(text, parse_float=Decimal)
