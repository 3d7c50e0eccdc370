"""Serving by a candidate: what Django's handler does for a view, done for another one.

Mirrors ``_get_response`` and ``_get_response_async`` of :mod:`django.core.handlers.base`. What follows the
view there (a template response's middleware and rendering) follows a ``process_view`` response too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponseBase

from cqrs_routing.declaration.endpoint import View
from cqrs_routing.exceptions import HandlerOutOfReach


def handler_behind(get_response: Callable[..., Any]) -> BaseHandler:
    """Django's handler, whose own method is what the last middleware's ``get_response`` wraps.

    Raises:
        HandlerOutOfReach: another middleware lies between.
    """
    handler = getattr(inspect.unwrap(get_response), "__self__", None)
    if not isinstance(handler, BaseHandler):
        raise HandlerOutOfReach
    return handler


class CandidateServer:
    """Calls candidates as ``handler`` calls the views of the URL patterns."""

    def __init__(self, handler: BaseHandler, *, is_async: bool) -> None:
        self.handler = handler
        self.adapt = awaitable if is_async else callable_now
        self.prepared: dict[View, View] = {}

    def serve(
        self, view: View, request: HttpRequest, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase:
        prepared = self.prepare(view)
        try:
            response = prepared(request, *args, **kwargs)
        except Exception as error:
            response = self.handler.process_exception_by_middleware(error, request)
            if response is None:
                raise
        self.handler.check_response(response, view)
        return response  # type: ignore[no-any-return]

    async def aserve(
        self, view: View, request: HttpRequest, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase:
        prepared = self.prepare(view)
        try:
            response = await prepared(request, *args, **kwargs)
        except Exception as error:
            process_exception = sync_to_async(self.handler.process_exception_by_middleware)
            response = await process_exception(error, request)
            if response is None:
                raise
        self.handler.check_response(response, view)
        return response  # type: ignore[no-any-return]

    def prepare(self, view: View) -> View:
        """``view`` under ATOMIC_REQUESTS, callable from this handler. Kept: it costs more than the call."""
        prepared = self.prepared.get(view)
        if prepared is None:
            prepared = self.prepared[view] = self.adapt(self.handler.make_view_atomic(view))
        return prepared


def callable_now(view: View) -> View:
    return async_to_sync(view) if iscoroutinefunction(view) else view


def awaitable(view: View) -> View:
    return view if iscoroutinefunction(view) else sync_to_async(view, thread_sensitive=True)
