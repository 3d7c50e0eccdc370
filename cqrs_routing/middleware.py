"""The middleware that lets a candidate answer in place of the legacy view."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from cqrs_read.refresh.hurry import hurry
from cqrs_routing.conf import settings
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import HandlerOutOfReach
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.serving.candidate import CandidateServer, handler_behind
from cqrs_routing.serving.decision import UNDECIDED, Decision, decide
from cqrs_routing.serving.service import Service

logger = logging.getLogger("cqrs_routing.routing")

SAFE = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])
"""Methods of requests that write nothing."""

SERVICE = "_cqrs_routing_service"
"""The attribute of a routed request that holds its :class:`Service`."""


class RoutingMiddleware:
    """Serves routed requests from the side that the endpoint's mode says.

    The last of ``MIDDLEWARE``, so that nothing behind it is skipped. Whatever goes wrong in the decision
    itself, the legacy view serves.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        try:
            handler = handler_behind(get_response)
        except HandlerOutOfReach as error:
            logger.error("Every endpoint is served by legacy: %s", error)
            raise MiddlewareNotUsed(str(error)) from error
        self.candidates = CandidateServer(handler, is_async=self.is_async)
        if self.is_async:
            markcoroutinefunction(self)
            self.process_view = self.aprocess_view  # type: ignore[method-assign,assignment]

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.acall(request)
        response: HttpResponseBase = self.get_response(request)
        finish(request, response)
        return response

    async def acall(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self.get_response(request)
        finish(request, response)
        return response

    def process_view(
        self, request: HttpRequest, legacy_view: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase | None:
        if (endpoint := routed(request)) is None:
            return None
        if modes.is_due():
            modes.refresh()
        if begin(request, endpoint).side == "legacy":
            return None
        return self.candidates.serve(endpoint.view, request, args, kwargs)

    # Marked, though it is a coroutine function: error trackers wrap middleware methods in plain functions
    # that keep the attributes, and Django would take such a wrapper for a synchronous method.
    @markcoroutinefunction
    async def aprocess_view(
        self, request: HttpRequest, legacy_view: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase | None:
        if (endpoint := routed(request)) is None:
            return None
        if modes.is_due():
            await sync_to_async(modes.refresh)()
        begun = sync_to_async(begin) if asks_for_user(endpoint) else None
        decision = await begun(request, endpoint) if begun else begin(request, endpoint)
        if decision.side == "legacy":
            return None
        return await self.candidates.aserve(endpoint.view, request, args, kwargs)


def routed(request: HttpRequest) -> Endpoint | None:
    """The endpoint that the resolved request belongs to, if it is declared."""
    match = request.resolver_match
    return endpoints.routes.get((request.method, match.view_name)) if match else None


def asks_for_user(endpoint: Endpoint) -> bool:
    """Whether deciding may take queries."""
    return modes.state_of(endpoint.name).canary.needs_user


def begin(request: HttpRequest, endpoint: Endpoint) -> Decision:
    """Decide, and have the request carry what the response header, the counts and the log need."""
    state = modes.state_of(endpoint.name)
    try:
        decision = decide(endpoint, state, request)
        counted = settings().response_headers
    except Exception:
        logger.exception("%s: the decision failed, legacy serves.", endpoint.name)
        decision, counted = UNDECIDED, False
    setattr(request, SERVICE, Service(endpoint, state, decision, counted=counted))
    return decision


def finish(request: HttpRequest, response: HttpResponseBase) -> None:
    if request.method not in SAFE:
        hurry()
    service: Service | None = getattr(request, SERVICE, None)
    if service is not None:
        service.finish(response)
