"""What routing adds to a request, in microseconds: to one that is not routed, and to one whose candidate answers.

The view does nothing, so that what is around it is measured: Django's handler with the routing middleware, and without
it, on the same requests. The decision alone stands beside django-waffle's, for a percentage of the clients.
"""

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from benchmarks.rivals.rival import rival
from benchmarks.rounds import alternate
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import EndpointState
from cqrs_routing.serving.decision import decide
from cqrs_routing.testing import endpoint_in_mode, only_endpoints_declared_here

ROUNDS, REQUESTS = 40, 2_000
PERCENT = 25
NAME = "GET routed"
MIDDLEWARE = ["cqrs_routing.middleware.RoutingMiddleware"]


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("routed/", answer, name="routed"), path("unrouted/", answer, name="unrouted")]


def measure(*, quick: bool) -> dict[str, Any]:
    rounds, requests = (1, 50) if quick else (ROUNDS, REQUESTS)
    with override_settings(ROOT_URLCONF=__name__, CQRS_ROUTING={}), only_endpoints_declared_here():
        endpoints.read(NAME, view=answer)
        return requests_of(rounds, requests) | decisions(rounds, requests)


def requests_of(rounds: int, requests: int) -> dict[str, Any]:
    """Microseconds that a request takes more than without the middleware."""
    bare, routing = handler([]), handler(MIDDLEWARE)
    shares = {"canary": {"percent": PERCENT}, "cqrs": {}, "legacy": {}}
    sides: dict[str, Callable[[], float]] = {
        "bare": partial(answered, bare, "/routed/", requests),
        "unrouted": partial(answered, routing, "/unrouted/", requests),
    }
    for mode, options in shares.items():
        sides[mode] = partial(in_mode, mode, options, partial(answered, routing, "/routed/", requests))
    seconds = alternate(sides, rounds)
    best = {name: min(values) / requests * 1e6 for name, values in seconds.items()}
    return {
        "unrouted_us": best["unrouted"] - best["bare"],
        "routed_us": best["cqrs"] - best["bare"],
        "legacy_us": best["legacy"] - best["bare"],
        "canary_us": best["canary"] - best["bare"],
        "bare_us": best["bare"],
        "rounds": rounds,
    }


def in_mode(mode: str, options: dict[str, Any], measured: Callable[[], float]) -> float:
    with endpoint_in_mode(NAME, mode, **options):
        return measured()


def handler(middleware: list[str]) -> BaseHandler:
    made = BaseHandler()
    with override_settings(MIDDLEWARE=middleware):
        made.load_middleware()
    return made


def answered(handler: BaseHandler, url: str, times: int) -> float:
    """Seconds to answer so many requests, of as many clients."""
    requests = [request_of(number, url) for number in range(times)]
    started = time.perf_counter()
    for request in requests:
        handler.get_response(request).close()
    return time.perf_counter() - started


def request_of(number: int, url: str = "/") -> HttpRequest:
    return RequestFactory().get(url, headers={"authorization": f"Token {number:040x}"})


def decisions(rounds: int, requests: int) -> dict[str, Any]:
    """One decision for a percentage of the clients, and django-waffle's in its own process."""
    with rival("flags") as flags:
        sides = {"ours": partial(decided, requests), "waffle": partial(flags.flag_is_active, requests)}
        seconds = alternate(sides, max(1, rounds // 4))
    best = {name: min(values) / requests * 1e6 for name, values in seconds.items()}
    return {
        "decision_ratio_to_waffle": best["ours"] / best["waffle"],
        "decision_us": best["ours"],
        "waffle_us": best["waffle"],
    }


def decided(times: int) -> float:
    """Seconds to decide on so many requests."""
    endpoint = endpoints.get(NAME)
    state = EndpointState(mode=Mode.CANARY, canary=Canary(percent=Decimal(PERCENT)))
    requests = [request_of(number) for number in range(times)]
    started = time.perf_counter()
    for request in requests:
        decide(endpoint, state, request)
    return time.perf_counter() - started
