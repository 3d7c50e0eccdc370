"""What a database can store, and JSON write."""

import json
import math
from typing import Any


def unstorable(value: Any) -> str:
    """What cannot be stored of JSON values, however deep in ``value``; empty if everything can."""
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError:
        return _found(value)
    except RecursionError:
        return "its fields are nested too deeply."
    # Looked for one by one only where the text has one of them, or something that looks like it.
    return _found(value) if "\\u0000" in text or "\\ud" in text else ""


def _found(value: Any) -> str:
    if isinstance(value, str):
        if "\0" in value:
            return "a text has a zero character, which no database stores."
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            return "a text has half a character (a lone surrogate), which no database stores."
        return ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"{value} is no number that JSON can write."
    if isinstance(value, dict):
        return next(filter(None, map(_found, [*value, *value.values()])), "")
    if isinstance(value, list):
        return next(filter(None, map(_found, value)), "")
    return ""
