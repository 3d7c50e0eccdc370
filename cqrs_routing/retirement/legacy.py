"""The legacy views of an endpoint, with everything else that they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cqrs_routing.declaration.endpoint import Endpoint, Route
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import RoutingError
from cqrs_routing.retirement.handlers import FUNCTION, handlers_of
from cqrs_routing.retirement.origin import Definition, file_of, path_of, view_origin
from cqrs_routing.retirement.patterns import NamedPattern, named_patterns
from cqrs_routing.retirement.project import is_own

Need = Callable[[Route], str]
"""Why legacy is still needed for a route; empty where it is not."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One route that a view answers, the handler that does, and why that is still needed, if it is."""

    route: Route
    handler: str
    need: str

    def __str__(self) -> str:
        return f"{' '.join(self.route)}: {self.need}"


@dataclass(frozen=True, kw_only=True)
class LegacyView:
    """A class or function of the monolith, and every URL pattern that leads to it.

    ``knows_methods`` is false where only its own code could say which methods it answers; then ``answers`` has
    those that endpoints are declared for.
    """

    definition: Definition
    patterns: tuple[NamedPattern, ...]
    answers: tuple[Answer, ...]
    knows_methods: bool

    @property
    def path(self) -> str:
        return path_of(self.definition)

    @property
    def is_own(self) -> bool:
        """Whether it is the project's, and can be deleted."""
        return is_own(file_of(self.definition))

    @property
    def needed_for(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(answer) for answer in self.answers if answer.need))

    def handler(self, route: Route) -> str | None:
        """What answers ``route``; None where it answers that with 405."""
        return next((answer.handler for answer in self.answers if answer.route == route), None)

    def handler_needed_for(self, handler: str) -> tuple[str, ...]:
        """Routes that it answers, and those whose own handlers call it."""
        users = [
            answer for answer in self.answers if answer.need and self.uses_handler(answer.handler, handler)
        ]
        return tuple(dict.fromkeys(map(str, users)))

    def uses_handler(self, name: str, used: str) -> bool:
        code = getattr(getattr(self.definition, name, None), "__code__", None)
        return name == used or used in getattr(code, "co_names", ())


def legacy_views(endpoint: Endpoint, need: Need) -> list[LegacyView]:
    """Those of the URL patterns that have the endpoint's view name.

    Raises:
        RoutingError: if there is none, or the candidate has taken its place already.
    """
    patterns = named_patterns()
    view_name = endpoint.route.view_name
    origins = dict.fromkeys(view_origin(one.callback) for one in patterns if one.view_name == view_name)
    if not origins:
        raise RoutingError(
            f"{endpoint.name}: no URL pattern has the view name '{view_name}', so no view of the monolith is left. "
            "Take the endpoint out of endpoints.py."
        )
    origins.pop(view_origin(endpoint.view), None)
    if not origins:
        raise RoutingError(
            f"{endpoint.name}: its URL pattern leads to {endpoint.view_path} itself. "
            "Take the endpoint out of endpoints.py."
        )
    return [
        legacy_view(definition, leading_to(definition, patterns, view_name), need) for definition in origins
    ]


def leading_to(
    definition: Definition, patterns: list[NamedPattern], view_name: str
) -> tuple[NamedPattern, ...]:
    """Its patterns; of an installed one, which stays whatever others need, those with the name alone."""
    own = is_own(file_of(definition))
    return tuple(
        one
        for one in patterns
        if view_origin(one.callback) is definition and (own or one.view_name == view_name)
    )


def legacy_view(definition: Definition, patterns: tuple[NamedPattern, ...], need: Need) -> LegacyView:
    handlers = [(one.view_name, handlers_of(one.callback)) for one in patterns]
    answers = [
        Answer(route=route, handler=handler, need=need(route))
        for view_name, known in handlers
        for route, handler in routes_of(view_name, known)
    ]
    return LegacyView(
        definition=definition,
        patterns=patterns,
        answers=tuple(dict.fromkeys(answers)),
        knows_methods=all(known is not None for _, known in handlers),
    )


def routes_of(view_name: str, handlers: dict[str, str] | None) -> list[tuple[Route, str]]:
    """With their handlers; where those are not known, of the routes that are declared."""
    if handlers is not None:
        return [(Route(method, view_name), handler) for method, handler in handlers.items()]
    declared = dict.fromkeys(endpoint.route for endpoint in endpoints.routes.values())
    return [(route, FUNCTION) for route in declared if route.view_name == view_name]
