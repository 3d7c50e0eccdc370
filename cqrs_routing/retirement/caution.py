"""What keeps an endpoint's views from being deleted beside its own readiness, and what people have to make sure of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.retirement.legacy import LegacyView
from cqrs_routing.retirement.pattern import Pattern
from cqrs_routing.retirement.readiness import Readiness


def hindrances(views: Iterable[LegacyView], endpoint: Endpoint) -> Iterator[str]:
    """Other routes that need the very handlers that the endpoint has at legacy."""
    for view in views:
        handler = view.handler(endpoint.route)
        for needed in view.handler_needed_for(handler) if handler is not None else ():
            yield f"{view.path}{handler and '.'}{handler} is also needed for {needed}"


def view_cautions(views: Iterable[LegacyView], endpoint: Endpoint) -> Iterator[str]:
    method = endpoint.route.method
    for view in views:
        if not view.is_own:
            yield f"{view.path} is of an installed package: of the project, only the URL pattern goes"
        if not view.knows_methods:
            yield f"only the code of {view.path} can tell which methods it answers: make sure that no other is used"
        elif view.handler(endpoint.route) is None:
            yield f"{view.path} does not answer {method}"


def other_cautions(endpoint: Endpoint, readiness: Readiness, patterns: Iterable[Pattern]) -> Iterator[str]:
    if readiness.is_ready and not readiness.cqrs_requests:
        yield "nobody asked for it in that time, so nothing was seen of its candidate"
    if any(one.needed_for for one in patterns):
        yield (
            "the URL pattern stays with legacy for other methods, so the endpoint stays declared; what would fall "
            "back to legacy is answered with 405 once its handler is gone"
        )
