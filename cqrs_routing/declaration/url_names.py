"""The view names that the project's URL patterns have, with the callbacks behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver

from cqrs_routing.declaration.endpoint import View


@dataclass(frozen=True, kw_only=True)
class Named:
    """A URL pattern: its view name, as ``resolver_match.view_name`` spells it, and the view behind it.

    ``parameters`` are the names that the view is called with; None where it is called by position.
    """

    name: str
    callback: View
    parameters: frozenset[str] | None


def patterns_by_view_name() -> dict[str, list[Named]]:
    """The patterns of ROOT_URLCONF by their names, which several can share."""
    found: dict[str, list[Named]] = {}
    for named in named_patterns(get_resolver().url_patterns, (), frozenset()):
        found.setdefault(named.name, []).append(named)
    return found


def callbacks_by_view_name() -> dict[str, list[View]]:
    """The views behind the patterns, by the names of these."""
    return {name: [named.callback for named in many] for name, many in patterns_by_view_name().items()}


def named_patterns(
    patterns: Iterable[URLPattern | URLResolver],
    namespaces: tuple[str, ...],
    outer: frozenset[str] | None,
) -> Iterator[Named]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            parameters = together(outer, parameters_of(pattern))
            yield from named_patterns(pattern.url_patterns, inner, parameters)
        else:
            # Django's own spelling, above all of patterns without a name.
            match = ResolverMatch(
                pattern.callback, (), {}, url_name=pattern.name, namespaces=list(namespaces)
            )
            yield Named(
                name=match.view_name,
                callback=pattern.callback,
                parameters=together(outer, parameters_of(pattern)),
            )


def parameters_of(pattern: URLPattern | URLResolver) -> frozenset[str] | None:
    """The names that ``pattern`` itself gives; None where a regular expression has only groups without names."""
    regex = pattern.pattern.regex
    if regex.groups and not regex.groupindex:
        return None
    extra = getattr(pattern, "default_args", None) or getattr(pattern, "default_kwargs", None) or {}
    return frozenset([*regex.groupindex, *extra])


def together(outer: frozenset[str] | None, own: frozenset[str] | None) -> frozenset[str] | None:
    return None if outer is None or own is None else outer | own


def nearest(name: str, names: Iterable[str], *, at_most: int = 3) -> list[str]:
    """The names most like ``name``, the likest first."""
    return get_close_matches(name, list(names), n=at_most, cutoff=0.5)
