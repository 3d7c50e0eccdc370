"""Traces: what a command, an event or a task follows from, carried from the request on.

The trace is W3C's (https://www.w3.org/TR/trace-context/): who has a tracer finds every command in it. The correlation
is the same for all that follows from one request; the causation is the command that asked.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII
)
TRACESTATE_LENGTH = 512
"""Characters that must be passed on at least; a longer state is dropped, as the recommendation allows."""

HEADERS = ("traceparent", "tracestate", "correlation-id", "causation-id")
"""Of Celery messages."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Where something comes from."""

    traceparent: str
    tracestate: str = ""
    correlation_id: UUID
    causation_id: UUID | None = None

    @classmethod
    def of(cls, row: Any) -> "Trace":
        """That of a row of the command log."""
        if not row.traceparent:
            return replace(new(row.correlation_id), causation_id=row.causation_id)
        return cls(
            traceparent=row.traceparent,
            tracestate=row.tracestate,
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
        )

    @property
    def trace_id(self) -> str:
        return self.traceparent[3:35]

    def child(self, causation_id: UUID | None = None) -> "Trace":
        """What is passed on to what follows: a span of its own in the same trace."""
        version, trace_id, _, flags = self.traceparent.split("-")
        return replace(
            self,
            traceparent=f"{version}-{trace_id}-{secrets.token_hex(8)}-{flags}",
            causation_id=causation_id or self.causation_id,
        )

    def headers(self) -> dict[str, str]:
        values = (self.traceparent, self.tracestate, str(self.correlation_id), str(self.causation_id or ""))
        return {name: value for name, value in zip(HEADERS, values, strict=True) if value}


_current: ContextVar[Trace | None] = ContextVar("cqrs_trace", default=None)


def new(correlation_id: UUID | None = None) -> Trace:
    """The beginning of a trace; not sampled, since nobody asked for it."""
    return Trace(
        traceparent=f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00",
        correlation_id=correlation_id or uuid4(),
    )


def current() -> Trace | None:
    return _current.get()


def read(headers: Mapping[str, str]) -> Trace:
    """The trace that a request or a message came with; a new one where it came with none, or with nonsense."""
    found = new(_uuid(headers.get("correlation-id", "")))
    traceparent = headers.get("traceparent", "").strip()
    if TRACEPARENT.fullmatch(traceparent):
        state = headers.get("tracestate", "")
        found = replace(
            found, traceparent=traceparent, tracestate=state if len(state) <= TRACESTATE_LENGTH else ""
        )
    return replace(found, causation_id=_uuid(headers.get("causation-id", "")))


@contextmanager
def within(trace: Trace) -> Iterator[Trace]:
    """Have whatever is accepted, emitted or sent in the block follow from ``trace``."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
