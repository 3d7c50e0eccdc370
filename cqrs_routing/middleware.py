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
from cqrs_routing.declaration.redecoration import redecorated
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import HandlerOutOfReach
from cqrs_routing.freshness.check import areason_not_fresh, reason_not_fresh
from cqrs_routing.freshness.events import events
from cqrs_routing.freshness.hand_out import ahand_out, hand_out
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.rehearsal.taking import (
    REHEARSAL,
    abandon_rehearsal,
    begin_rehearsal,
    end_rehearsal,
    is_rehearsed,
)
from cqrs_routing.serving.candidate import CandidateServer, handler_behind
from cqrs_routing.serving.decision import UNDECIDED, decide
from cqrs_routing.serving.load import load
from cqrs_routing.serving.service import SERVED, Service
from cqrs_routing.shadow.replay import Replay
from cqrs_routing.shadow.taking import is_sampled, take
from cqrs_routing.traffic.counts import counts
from cqrs_routing.traffic.flush import flush_behind

logger = logging.getLogger("cqrs_routing.routing")

SAFE = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])
"""Methods of requests that write nothing."""


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
        self.rehearsed = CandidateServer(handler, is_async=False)
        if self.is_async:
            markcoroutinefunction(self)
            self.process_view = self.aprocess_view  # type: ignore[method-assign,assignment]

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.acall(request)
        if measured := modes.compares:
            load.begin()
        try:
            response: HttpResponseBase = self.get_response(request)
            if SERVED in request.__dict__:
                end_rehearsal(request, response)
                finish(request, response)
            if request.method not in SAFE:
                hurry()
                hand_out(request, response)
        except BaseException:
            abandon_rehearsal(request)
            raise
        finally:
            if measured:
                load.end()
        if counts.waiting:
            flush_behind(response)
        return response

    async def acall(self, request: HttpRequest) -> HttpResponseBase:
        if measured := modes.compares:
            load.begin()
        try:
            response: HttpResponseBase = await self.get_response(request)
            if hasattr(request, REHEARSAL):
                await sync_to_async(end_rehearsal)(request, response)
            if SERVED in request.__dict__:
                finish(request, response)
            if request.method not in SAFE:
                hurry()
                await ahand_out(request, response)
        except BaseException:
            abandon_rehearsal(request)
            raise
        finally:
            if measured:
                load.end()
        if counts.waiting:
            flush_behind(response)
        return response

    def process_view(
        self, request: HttpRequest, legacy_view: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase | None:
        if (endpoint := routed(request)) is None:
            return None
        replay = getattr(request, SERVED, None)
        if isinstance(replay, Replay):
            view = legacy_view if replay.side == "legacy" else redecorated(endpoint.view, legacy_view)
            return replay.serve(self.candidates, view, request, args, kwargs)
        if modes.is_due():
            modes.refresh()
        service = begin(request, endpoint)
        if service.reads_read_models:
            service.fall_back_if(reason_not_fresh(request, endpoint))
        if service.decision.side == "legacy":
            if is_rehearsed(service):
                view = redecorated(endpoint.view, legacy_view)
                begin_rehearsal(request, service).rehearse(request, self.candidates, view, args, kwargs)
            return None
        return self.candidates.serve(redecorated(endpoint.view, legacy_view), request, args, kwargs)

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
        decides_here = not modes.state_of(endpoint.name).canary.needs_user
        service = begin(request, endpoint) if decides_here else await sync_to_async(begin)(request, endpoint)
        if service.reads_read_models:
            service.fall_back_if(await areason_not_fresh(request, endpoint))
        if service.decision.side == "legacy":
            if is_rehearsed(service):
                view, rehearse = (
                    redecorated(endpoint.view, legacy_view),
                    begin_rehearsal(request, service).rehearse,
                )
                await sync_to_async(rehearse)(request, self.rehearsed, view, args, kwargs)
            return None
        view = redecorated(endpoint.view, legacy_view)
        return await self.candidates.aserve(view, request, args, kwargs)


def routed(request: HttpRequest) -> Endpoint | None:
    """The endpoint that the resolved request belongs to, if it is declared."""
    return endpoints.routes.get((request.method, request.resolver_match.view_name))  # type: ignore[union-attr]


def begin(request: HttpRequest, endpoint: Endpoint) -> Service:
    """Decide, and have the request carry what the response header, the counts and the log need."""
    state = modes.state_of(endpoint.name)
    try:
        decision = decide(endpoint, state, request)
        counted = settings().response_headers
    except Exception:
        logger.exception("%s: the decision failed, legacy serves.", endpoint.name)
        decision, counted = UNDECIDED, False
    service = Service(endpoint, state, decision, counted=counted)
    setattr(request, SERVED, service)
    return service


def finish(request: HttpRequest, response: HttpResponseBase) -> None:
    served: Service | Replay = getattr(request, SERVED)
    if isinstance(served, Replay):
        served.finish(response)
        return
    served.finish(response, events(request))
    if is_sampled(request, served):
        take(request, response, served)
