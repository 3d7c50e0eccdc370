"""What can go wrong when an endpoint is declared or its mode is changed."""

from cqrs_write.exceptions import CqrsError


class RoutingError(CqrsError):
    """An error of the routing side."""


class MalformedEndpoint(RoutingError):
    """An endpoint is written as method and view name: 'GET orders:order-list'."""


class MalformedRules(RoutingError):
    """Rules of a comparison make no sense: a path, a name or a number in them."""


class TransitionRefused(RoutingError):
    """An endpoint cannot go from its mode to that one now; the message says why."""


class GateClosed(TransitionRefused):
    """The evidence is not enough for a promotion; the message says what it lacks."""


class BadCanary(RoutingError):
    """A canary is a percentage from 0 to 100, users, groups and a request header."""


class HandlerOutOfReach(RoutingError):
    """RoutingMiddleware must be the last in MIDDLEWARE; only there it reaches Django's handler."""
