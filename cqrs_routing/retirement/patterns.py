"""The URL patterns of the project, with the module that each is written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

from django.urls import URLPattern, URLResolver, get_resolver

from cqrs_routing.declaration.endpoint import View


@dataclass(frozen=True, kw_only=True)
class NamedPattern:
    """One pattern: its view name, the whole route to it, and the module of the ``urlpatterns`` that it is in."""

    view_name: str
    route: str
    urlconf: str
    callback: View


def named_patterns() -> list[NamedPattern]:
    """Those of ROOT_URLCONF; several can share a name."""
    root = get_resolver()
    return list(walk(root.url_patterns, (), "", module_of(root, "")))


def walk(
    patterns: Iterable[URLPattern | URLResolver], namespaces: tuple[str, ...], prefix: str, urlconf: str
) -> Iterator[NamedPattern]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern.url_patterns, inner, route, module_of(pattern, urlconf))
        else:
            name = ":".join((*namespaces, pattern.name or pattern.lookup_str))
            yield NamedPattern(view_name=name, route=route, urlconf=urlconf, callback=pattern.callback)


def module_of(resolver: URLResolver, around: str) -> str:
    """The module that ``resolver`` includes; where that is a list, as of a router, the one around it."""
    module = resolver.urlconf_module
    return module.__name__ if isinstance(module, ModuleType) else around
