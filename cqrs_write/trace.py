"""Traces: what a command, an event or a task follows from, carried from the request on.

The trace is W3C's (https://www.w3.org/TR/trace-context/): who has a tracer finds every command in it. The correlation
is the same for all that follows from one request; the causation is the command that asked, and the actor who asked
for that.
"""

import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import Any, TypeVar
from uuid import UUID, uuid4

TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII
)
TRACESTATE = re.compile(r"[\x20-\x7e\t]{0,512}", re.ASCII)
"""512 characters must be passed on at least; a longer state is dropped, as the recommendation allows."""

ACTOR_LENGTH = 100
"""Characters of an actor's key, as the tables have them."""

TRACER_HEADERS = ("traceparent", "tracestate")
HEADERS = (*TRACER_HEADERS, "correlation-id", "causation-id", "cqrs-actor")
"""Of Celery messages. Of a request's only the first three are believed."""

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Where something comes from."""

    traceparent: str
    tracestate: str = ""
    correlation_id: UUID
    causation_id: UUID | None = None
    actor: str | None = None
    """The key of the user who asked, as the command log and the outbox keep it."""

    @classmethod
    def of(cls, row: Any) -> "Trace":
        """That of a row of the command log."""
        return cls(
            traceparent=row.traceparent or new().traceparent,
            tracestate=row.tracestate,
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
            actor=row.actor,
        )

    @property
    def trace_id(self) -> str:
        return self.traceparent[3:35]

    def child(self, causation_id: UUID | None = None, *, actor: str | None = None) -> "Trace":
        """What is passed on to what follows: a span of its own in the same trace.

        Args:
            causation_id: the command that is executed; the one before it if not given.
            actor: the key of the user who asked for it; the one before if not given.
        """
        version, trace_id, _, flags = self.traceparent.split("-")
        return replace(
            self,
            traceparent=f"{version}-{trace_id}-{secrets.token_hex(8)}-{flags}",
            causation_id=causation_id or self.causation_id,
            actor=actor if actor is not None else self.actor,
        )

    def headers(self) -> dict[str, str]:
        """What a message carries; :func:`read_message` makes the same trace of it."""
        causation, actor = str(self.causation_id or ""), self.actor or ""
        values = (self.traceparent, self.tracestate, str(self.correlation_id), causation, actor)
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


def read(headers: Mapping[str, Any]) -> Trace:
    """The trace that a request came with; a new one where it came with none, or with nonsense.

    Which command or whose asked is not for clients to say: that is in messages, see :func:`read_message`.
    """
    found = new(_uuid(_text(headers, "correlation-id")))
    traceparent, state = _text(headers, "traceparent").strip(), _text(headers, "tracestate").strip()
    if TRACEPARENT.fullmatch(traceparent):
        state = state if TRACESTATE.fullmatch(state) else ""
        found = replace(found, traceparent=traceparent, tracestate=state)
    return found


def read_message(headers: Mapping[str, Any]) -> Trace:
    """The trace that :meth:`Trace.headers` gave to a message; a new one where there is none."""
    actor = _text(headers, "cqrs-actor")
    return replace(
        read(headers),
        causation_id=_uuid(_text(headers, "causation-id")),
        actor=actor if 0 < len(actor) <= ACTOR_LENGTH and actor.isprintable() else None,
    )


def joined(trace: Trace) -> Trace:
    """``trace``, of what has just come in, with the span that OpenTelemetry has opened for it, if one is active."""
    headers: dict[str, str] = {}
    if propagator := _propagator():
        propagator.inject(headers)
    if "traceparent" not in headers:
        return trace
    span = read(headers)
    return replace(trace, traceparent=span.traceparent, tracestate=span.tracestate)


@contextmanager
def within(trace: Trace) -> Iterator[Trace]:
    """Have whatever is accepted, emitted or sent in the block follow from ``trace``."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def carried(callback: Callable[[], R]) -> Callable[[], R]:
    """``callback``, to be called later, within the trace that is current now: after a commit, in a thread."""
    if (trace := current()) is None:
        return callback

    @wraps(callback)
    def call() -> R:
        with within(trace):
            return callback()

    return call


class TraceFilter(logging.Filter):
    """Gives every log record ``trace_id`` and ``correlation_id``, empty where there is no trace::

        LOGGING = {
            "version": 1,
            "filters": {"trace": {"()": "cqrs_write.trace.TraceFilter"}},
            "formatters": {"plain": {"format": "%(levelname)s %(correlation_id)s %(message)s"}},
            "handlers": {
                "console": {"class": "logging.StreamHandler", "filters": ["trace"], "formatter": "plain"}
            },
            "root": {"handlers": ["console"]},
        }

    Put it on handlers: a logger's filters do not see what loggers below it say. A record that has them of its own,
    as the line about an executed command, keeps them.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        trace = current()
        values = vars(record)
        values.setdefault("trace_id", trace.trace_id if trace else "")
        values.setdefault("correlation_id", str(trace.correlation_id) if trace else "")
        return True


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _text(headers: Mapping[str, Any], name: str) -> str:
    value = headers.get(name)
    return value if isinstance(value, str) else ""


@cache
def _propagator() -> Any:
    """OpenTelemetry's, if it is installed: the extra ``tracing``."""
    try:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError:
        return None
    return TraceContextTextMapPropagator()
