"""A URL pattern of an endpoint, as it is to become when the legacy view goes.

It is by the pattern that a request finds its endpoint, and without one the URL is answered with 404. So a pattern is
not deleted: it leads to the candidate from then on, and the endpoint leaves ``endpoints.py`` with the view.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.retirement.handlers import handlers_of
from cqrs_routing.retirement.legacy import LegacyView, Need, routes_of
from cqrs_routing.retirement.patterns import NamedPattern
from cqrs_routing.retirement.project import is_test, shown
from cqrs_routing.retirement.source import templates
from cqrs_routing.retirement.use import Uses


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One URL pattern.

    Attributes:
        name: its view name.
        urlconf: the module that it is written in.
        where: the places there that name the view, or register it with a router.
        leads_to: the candidate for each method that has moved, ``GET: orders_cqrs.views.OrderList``.
        needed_for: routes that legacy answers by it, and why.
    """

    name: str
    route: str
    urlconf: str
    where: tuple[str, ...]
    leads_to: tuple[str, ...]
    needed_for: tuple[str, ...]

    @property
    def goes(self) -> bool:
        """Whether no method of it needs a legacy view."""
        return not self.needed_for


def patterns_of(view: LegacyView, endpoint: Endpoint, need: Need, uses: Uses) -> Iterator[Pattern]:
    """The patterns of ``view`` that have the endpoint's name."""
    for one in view.patterns:
        if one.view_name == endpoint.route.view_name:
            routes = [route for route, _ in routes_of(one.view_name, handlers_of(one.callback))]
            needs = {route: reason for route in routes if (reason := need(route))}
            moved = [endpoints.routes[route] for route in routes if route not in needs]
            yield Pattern(
                name=one.view_name,
                route=one.route,
                urlconf=one.urlconf,
                where=places(one, view, uses),
                leads_to=tuple(f"{known.route.method}: {known.view_path}" for known in moved),
                needed_for=tuple(f"{' '.join(route)}: {reason}" for route, reason in needs.items()),
            )


def places(one: NamedPattern, view: LegacyView, uses: Uses) -> tuple[str, ...]:
    path = getattr(sys.modules.get(one.urlconf), "__file__", None) or one.urlconf
    return tuple(shown(path, line) for line in uses.lines(one.urlconf, view.path)) or (shown(path),)


def reversals(view_name: str, uses: Uses) -> list[str]:
    """Where the project makes a URL of the name: as ``reverse("…")`` and its like, and as ``{% url "…" %}``."""
    in_code = [
        shown(source.path, mention.line)
        for source in uses.sources.values()
        if not is_test(source.path) and view_name in source.text
        for mention in source.mentions
        if (mention.kind, mention.name) == ("reversed", view_name)
    ]
    return [*in_code, *in_templates(view_name)]


def in_templates(view_name: str) -> Iterator[str]:
    for path, text in templates():
        yield from (shown(path, line) for line in url_tags(text, view_name))


def url_tags(text: str, view_name: str) -> Iterator[int]:
    """The lines of a template that ask for the URL of that name."""
    for tag in re.finditer(rf"{{%-?\s*url\s+([\"']){re.escape(view_name)}\1", text):
        yield text.count("\n", 0, tag.start()) + 1
