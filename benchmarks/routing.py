"""What routing adds to a request, in microseconds: to one that is not routed, and to one whose candidate answers.

The view does nothing, so that what is around it is measured: Django's handler with the routing middleware, and without
it, on the same requests. The decision alone stands beside django-waffle's, for a percentage of the clients.
"""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from statistics import quantiles
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db import connection
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

REQUESTS, DECISIONS = 10_000, 2_000
ROUNDS = 10
PERCENT = 25
MIDDLEWARE = ["cqrs_routing.middleware.RoutingMiddleware"]
ROUTED: dict[str, tuple[str, dict[str, Any]]] = {
    "routed": ("cqrs", {}),
    "canary": ("canary", {"percent": PERCENT}),
    "legacy": ("legacy", {}),
}
"""The endpoints, with their modes."""


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(f"{name}/", answer, name=name) for name in (*ROUTED, "unrouted")]


def measure(*, quick: bool) -> dict[str, Any]:
    requests, decisions, rounds = (100, 100, 1) if quick else (REQUESTS, DECISIONS, ROUNDS)
    connection.ensure_connection()  # Without one nothing is flushed, and every request would look whether it is time.
    with ExitStack() as stack:
        stack.enter_context(override_settings(ROOT_URLCONF=__name__, CQRS_ROUTING={}))
        stack.enter_context(only_endpoints_declared_here())
        for name, (mode, options) in ROUTED.items():
            endpoints.read(f"GET {name}", view=answer)
            stack.enter_context(endpoint_in_mode(f"GET {name}", mode, **options))
        return requests_of(requests) | decisions_of(decisions, rounds)


def requests_of(requests: int) -> dict[str, Any]:
    """Microseconds that requests of each kind take more than without the middleware."""
    return {
        f"{kind}_us": more
        for kinds in (("unrouted", "routed"), ("legacy", "canary"))
        for kind, more in more_than_bare(kinds, requests).items()
    } | {"requests": requests}


def more_than_bare(kinds: Iterable[str], requests: int) -> dict[str, float]:
    """A request of each kind in turn, so that all have the same machine; of each kind the lower quartile of what it
    takes, which what else the machine does raises least.
    """
    bare, routing = handler([]), handler(MIDDLEWARE)
    asked = {"bare": (bare, "/unrouted/"), **{kind: (routing, f"/{kind}/") for kind in kinds}}
    taken: dict[str, list[float]] = {kind: [] for kind in asked}
    for number in range(requests):
        for kind, (answering, url) in asked.items():
            taken[kind].append(seconds_of(answering, request_of(number, url)))
    quartile = {kind: quantiles(seconds, n=4)[0] * 1e6 for kind, seconds in taken.items()}
    least = quartile.pop("bare")
    return {kind: value - least for kind, value in quartile.items()} | {"bare": least}


def handler(middleware: list[str]) -> BaseHandler:
    made = BaseHandler()
    with override_settings(MIDDLEWARE=middleware):
        made.load_middleware()
    return made


def seconds_of(handler: BaseHandler, request: HttpRequest) -> float:
    started = time.perf_counter()
    handler.get_response(request).close()
    return time.perf_counter() - started


def request_of(number: int, url: str = "/") -> HttpRequest:
    return RequestFactory().get(url, headers={"authorization": f"Token {number:040x}"})


def decisions_of(times: int, rounds: int) -> dict[str, Any]:
    """One decision for a percentage of the clients, and django-waffle's in its own process."""
    with rival("flags") as flags:
        sides = {"ours": partial(decided, times), "waffle": partial(flags.flag_is_active, times)}
        seconds = alternate(sides, rounds)
    best = {name: min(values) / times * 1e6 for name, values in seconds.items()}
    return {
        "decision_ratio_to_waffle": best["ours"] / best["waffle"],
        "decision_us": best["ours"],
        "waffle_us": best["waffle"],
    }


def decided(times: int) -> float:
    """Seconds to decide on so many requests."""
    endpoint = endpoints.get("GET canary")
    state = EndpointState(mode=Mode.CANARY, canary=Canary(percent=Decimal(PERCENT)))
    requests = [request_of(number) for number in range(times)]
    started = time.perf_counter()
    for request in requests:
        decide(endpoint, state, request)
    return time.perf_counter() - started
