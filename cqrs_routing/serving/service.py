"""One routed request while it is served: what the response header and the log say about it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from time import perf_counter

from django.http import HttpResponseBase

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.modes.state import EndpointState
from cqrs_routing.serving.decision import Decision, fallback
from cqrs_routing.serving.query_count import QueryCount, counting
from cqrs_routing.traffic.counts import FALLBACK, counts
from cqrs_write import trace

logger = logging.getLogger("cqrs_routing.routing")

SERVED = "_cqrs_routing_served"
"""The attribute of a request of an endpoint that holds how it is served: a :class:`Service`, or a replay."""


class Service:
    """Who serves which endpoint since when, and the queries it takes where they are counted."""

    __slots__ = ("count", "decision", "endpoint", "started", "state")

    def __init__(
        self, endpoint: Endpoint, state: EndpointState, decision: Decision, *, counted: bool
    ) -> None:
        self.endpoint = endpoint
        self.state = state
        self.decision = decision
        self.count = QueryCount() if counted else None
        if self.count is not None:
            counting.set(self.count)
        self.started = perf_counter()

    @property
    def reads_read_models(self) -> bool:
        """Whether what the client gets may be older than what it has seen."""
        return self.decision.side == "cqrs" and self.endpoint.kind == "read" and not self.state.is_certain

    def fall_back_if(self, reason: str) -> None:
        """Let legacy serve, if there is a reason."""
        if reason:
            self.decision = fallback(reason)

    def finish(self, response: HttpResponseBase, events: Iterable[str] = ()) -> None:
        """The response is there.

        Args:
            events: metrics of what happened on the way.
        """
        milliseconds = (perf_counter() - self.started) * 1000
        if self.count is not None:
            counting.set(None)
            add_server_timing(response, server_timing(self.decision, self.count, milliseconds))
        self.add_to_counts(response.status_code, milliseconds, events)
        if logger.isEnabledFor(logging.INFO):
            self.log(response.status_code, milliseconds)

    def add_to_counts(self, status: int, milliseconds: float, events: Iterable[str]) -> None:
        name, stint, side = self.endpoint.name, self.state.stint, self.decision.side
        counts.answered(name, stint, side, status, milliseconds)
        if self.decision.fallback:
            counts.add(name, stint, side, FALLBACK)
        for event in events:
            counts.add(name, stint, side, event)

    def log(self, status: int, milliseconds: float) -> None:
        fields = {
            "endpoint": self.endpoint.name,
            "side": self.decision.side,
            "duration_ms": round(milliseconds, 2),
            "reason": self.decision.reason,
        }
        current = trace.current()
        traced = (
            {"trace_id": current.trace_id, "correlation_id": str(current.correlation_id)} if current else {}
        )
        extra = {**fields, **traced, "status": status}
        logger.info("%s by %s in %s ms: %s", *fields.values(), extra=extra)


def server_timing(decision: Decision, count: QueryCount, milliseconds: float) -> str:
    queries = "1 query" if count.queries == 1 else f"{count.queries} queries"
    metrics = [f'side;desc="{decision.side}"']
    if decision.fallback:
        metrics.append(f'fallback;desc="{quotable(decision.reason)}"')
    metrics.append(f'db;dur={count.seconds * 1000:.1f};desc="{queries}"')
    metrics.append(f"total;dur={milliseconds:.1f}")
    return ", ".join(metrics)


def quotable(text: str) -> str:
    """``text`` as it may stand between the double quotes of a header."""
    ascii_text = text.encode("ascii", "replace").decode("ascii")
    return " ".join(ascii_text.replace("\\", "/").replace('"', "'").split())


def add_server_timing(response: HttpResponseBase, value: str) -> None:
    before = response.get("Server-Timing")
    response["Server-Timing"] = f"{before}, {value}" if before else value
