"""What a client has brought: the token in its header, in its cookie, or in both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.http import HttpRequest

from cqrs_routing.conf import settings
from cqrs_write.freshness import Token, read

HEADER = "Freshness-Token"
META = "HTTP_FRESHNESS_TOKEN"

MOST = 4
"""Tokens that are looked at: a client that writes to several services may bring one of each, with commas between."""


class State(Enum):
    """What became of what was brought."""

    ABSENT = "absent"
    FORGED = "forged"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Brought:
    """The token that a request is to be answered by; None where it has brought none that we have made."""

    token: Token | None
    state: State


NOTHING = Brought(None, State.ABSENT)
FORGED = Brought(None, State.FORGED)


def brought(request: HttpRequest) -> Brought:
    """The token of ``request``: of several, what covers the changes of all. Whatever is not ours is left out.

    Whether a token is of this very database shows when read models are looked at.
    """
    header, cookie = request.META.get(META), request.COOKIES.get(settings().freshness_cookie)
    if not header and not cookie:
        return NOTHING
    texts = [text.strip() for text in (header or "").split(",", MOST) if text.strip()][:MOST]
    found = [token for text in [*texts, *([cookie] if cookie else [])] if (token := read(text))]
    if not found:
        return FORGED
    merged = found[0]
    for token in found[1:]:
        merged |= token
    return Brought(merged, State.VALID)
