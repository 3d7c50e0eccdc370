"""Freshness: who has written reads what was written, from whichever side.

The middleware hands tokens out and asks for what came; the names here are for code that calls, or reads by itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cqrs_routing.freshness.keeper import TokenKeeper
    from cqrs_routing.freshness.waiting import wait_for
    from cqrs_write.freshness import token

__all__ = ["TokenKeeper", "token", "wait_for"]

_HOMES = {
    "TokenKeeper": "cqrs_routing.freshness.keeper",
    "token": "cqrs_write.freshness",
    "wait_for": "cqrs_routing.freshness.waiting",
}


def __getattr__(name: str) -> Any:
    """A keeper needs neither models nor settings, so names are fetched when asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cqrs_routing.freshness' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
