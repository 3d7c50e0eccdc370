"""The scope of idempotency keys: within the same actor and endpoint equal keys are one, elsewhere they are not.

A stored answer is told to whoever brings its key. So a known actor may take any key, but of somebody unknown it is all
there is to tell one client from another: it must be long enough to hold 128 random bits, and counts only within the
session, where the client has one. The client's address is no part of it, since a client that repeats its request from
another network would have it executed twice.
"""

import hashlib

from rest_framework.request import Request

from cqrs_write.actor import actor_text
from cqrs_write.http.idempotency.key import malformed

LONGEST = 300
SHORTEST_OF_UNKNOWN = 22
"""Characters that write 128 bits in Base64; a UUID has 36."""


def scope_of(request: Request) -> str:
    """Who asks, and what for: ``actor:7 POST orders:order-list``."""
    scope = f"{_whose(request)} {_endpoint(request)}"
    return scope if len(scope) <= LONGEST else _digest(scope)


def check_secrecy(key: str, request: Request) -> None:
    """Refuse a key that others may come upon, where nothing else tells its owner.

    Raises:
        Problem: 400.
    """
    if actor_text(request.user) is None and len(key) < SHORTEST_OF_UNKNOWN:
        raise malformed(
            f"who is not logged in must send {SHORTEST_OF_UNKNOWN} characters at least that nobody can guess, "
            "as a random UUID has them"
        )


def _whose(request: Request) -> str:
    actor = actor_text(request.user)
    if actor is not None:
        return f"actor:{actor}"
    session = getattr(request, "session", None)
    key = session.session_key if session is not None else None
    return f"session:{_digest(key)}" if key else "anonymous"


def _endpoint(request: Request) -> str:
    match = request.resolver_match
    return f"{request.method} {match.view_name if match else request.path}"


def _digest(text: str) -> str:
    """The text itself may open a session, or be too long."""
    return hashlib.sha256(text.encode()).hexdigest()
