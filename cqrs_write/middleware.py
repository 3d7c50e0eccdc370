"""The middleware in which everything that a request causes is one trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from cqrs_write import trace

CORRELATION_HEADER = "Correlation-Id"
"""What a response says, and a request may."""

OLD_HEADER = "X-Correlation-ID"
"""What a request may say instead, as many do."""


class TraceMiddleware:
    """Has what a request accepts, emits and sends follow from the request.

    The first of ``MIDDLEWARE``, so that what the others do is in the trace too; behind the one of a tracer, whose
    span it goes on with.

    A request may bring ``traceparent`` and ``tracestate`` as W3C defines them, and a UUID as ``Correlation-Id`` (or
    ``X-Correlation-ID``). What is missing or nonsense is made anew. The response has ``Correlation-Id`` and
    ``traceparent``.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.acall(request)
        with trace.within(trace_of(request)) as current:
            response: HttpResponseBase = self.get_response(request)
        return told(response, current)

    async def acall(self, request: HttpRequest) -> HttpResponseBase:
        with trace.within(trace_of(request)) as current:
            response: HttpResponseBase = await self.get_response(request)
        return told(response, current)


def trace_of(request: HttpRequest) -> trace.Trace:
    """The trace that the request belongs to: the tracer's, the client's, or a new one."""
    headers = {name: request.headers.get(name) for name in trace.TRACER_HEADERS}
    correlation = request.headers.get(CORRELATION_HEADER) or request.headers.get(OLD_HEADER)
    return trace.joined(trace.read({**headers, "correlation-id": correlation}))


def told(response: HttpResponseBase, current: trace.Trace) -> HttpResponseBase:
    """The response, with the correlation that the client may ask about, and the trace that the request was in."""
    response.headers.setdefault(CORRELATION_HEADER, str(current.correlation_id))
    response.headers.setdefault("traceparent", current.traceparent)
    return response
