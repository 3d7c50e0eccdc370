"""The view names that the project's URL patterns have, with the callbacks behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from django.urls import URLPattern, URLResolver, get_resolver

from cqrs_routing.declaration.endpoint import View


def callbacks_by_view_name() -> dict[str, list[View]]:
    """The view names of ROOT_URLCONF as ``resolver_match.view_name`` spells them; patterns can share one."""
    callbacks: dict[str, list[View]] = {}
    for name, callback in named_callbacks(get_resolver().url_patterns, ()):
        callbacks.setdefault(name, []).append(callback)
    return callbacks


def named_callbacks(
    patterns: Iterable[URLPattern | URLResolver], namespaces: tuple[str, ...]
) -> Iterator[tuple[str, View]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from named_callbacks(pattern.url_patterns, inner)
        else:
            yield ":".join((*namespaces, pattern.name or pattern.lookup_str)), pattern.callback


def nearest(name: str, names: Iterable[str], *, at_most: int = 3) -> list[str]:
    """The names most like ``name``, the likest first."""
    return get_close_matches(name, list(names), n=at_most, cutoff=0.5)
