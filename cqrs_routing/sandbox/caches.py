"""Django's caches: code in a sandbox reads what is there, and writes to an overlay of its own.

The methods of the backends are patched, not ``caches``: a session or a throttle may hold a backend since before.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.cache import CacheHandler, caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache

from cqrs_routing.sandbox.active import Sandbox, active, suspended
from cqrs_routing.sandbox.overlay import CacheOverlay
from cqrs_routing.sandbox.patching import Method, replace, replace_in_family

METHODS = [
    "get",
    "get_many",
    "get_or_set",
    "has_key",
    "add",
    "set",
    "set_many",
    "touch",
    "incr",
    "decr",
    "incr_version",
    "decr_version",
    "delete",
    "delete_many",
    "clear",
]


def install() -> None:
    # What BaseCache itself does, it does by the methods of its subclasses.
    replace_in_family(
        BaseCache,
        {name: through_overlay for method in METHODS for name in (method, f"a{method}")},
        without=(BaseCache, CacheOverlay, DummyCache),
    )
    replace(CacheHandler, "create_connection", create_connection)


def create_connection(original: Method) -> Method:
    def replacement(self: Any, alias: str) -> Any:
        # A backend may make its folder, or connect, when it is made.
        with suspended():
            return original(self, alias)

    return replacement


def through_overlay(original: Method) -> Method:
    name = original.__name__

    def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **kwargs)
        return getattr(overlay_of(sandbox, self), name)(*args, **kwargs)

    return markcoroutinefunction(replacement) if iscoroutinefunction(original) else replacement


def overlay_of(sandbox: Sandbox, cache: BaseCache) -> CacheOverlay:
    """What ``sandbox`` has written to ``cache``; the same for every instance that stands for the same alias."""
    overlay = sandbox.overlays.get(cache)
    if overlay is None:
        overlay = sandbox.overlays.setdefault(alias_of(cache) or cache, CacheOverlay(cache, sandbox))
        sandbox.overlays[cache] = overlay
    return overlay  # type: ignore[no-any-return]


def alias_of(cache: BaseCache) -> str | None:
    """The alias under which this context knows ``cache``; another context may have an instance of its own."""
    known = caches._connections  # type: ignore[attr-defined]
    return next((alias for alias in caches if getattr(known, alias, None) is cache), None)
