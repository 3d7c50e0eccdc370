"""Sensitive names: those of fields, headers and parameters whose values are kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from cqrs_write.definition.sensitive import HIDDEN

PARTS = (
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "authorization",
    "cookie",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "csrf",
    "sessionid",
    "sessionkey",
    "cvv",
    "cvc",
)
"""A name with one of them in it is sensitive: ``X-Api-Key``, ``accessToken``, ``csrfmiddlewaretoken``."""

VALUE = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|(?:(?:Bearer|Basic|Token)\s+)?[^\s"'&,;<>]+)"""

# Repetitions that give nothing back, and a bounded one: texts can be long, and the time must grow with them only.
ASSIGNED = re.compile(rf"""(?<![\w.-])([\w.-]++)(["']?\s*+[=:]\s*+)({VALUE})""", re.IGNORECASE)
"""``name=value``, ``name: value`` and ``"name": "value"``."""

INPUT = re.compile(r"""(\bname=["']?([\w.-]++)["']?[^<>]{0,200}?\bvalue=["']?)([^"'<>]*+)""", re.IGNORECASE)
"""A field of an HTML form."""

Hides = Callable[[str], bool]


@lru_cache(maxsize=4096)
def is_sensitive(name: str, further: frozenset[str] = frozenset()) -> bool:
    """Whether ``name`` is one by itself, or one of the ``further`` squashed ones."""
    plain = squashed(name)
    return plain in further or any(part in plain for part in PARTS)


def squashed(name: str) -> str:
    """``apikey`` for ``X-API-Key`` without its X: case and separators do not tell names apart."""
    return "".join(filter(str.isalnum, name)).lower()


def redacted_text(text: str, hides: Hides) -> str:
    """``text`` without the values that it assigns to sensitive names, as far as they can be told."""

    def assigned(match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{HIDDEN}" if hides(match[1]) else match[0]

    def entered(match: re.Match[str]) -> str:
        return f"{match[1]}{HIDDEN}" if hides(match[2]) else match[0]

    return INPUT.sub(entered, ASSIGNED.sub(assigned, text))
