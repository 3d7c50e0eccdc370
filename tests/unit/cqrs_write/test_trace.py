import logging
import re
import threading
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry import trace as opentelemetry

from cqrs_write import trace
from cqrs_write.models import LoggedCommand
from cqrs_write.trace import Trace, TraceFilter

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

TEXTS = st.one_of(
    st.text(max_size=80),
    st.from_regex(trace.TRACEPARENT),
    st.sampled_from([PARENT, PARENT[:-3], PARENT + "-", PARENT.upper(), "00-" + "0" * 32 + PARENT[35:]]),
    st.uuids().map(str),
)
VALUES = st.one_of(TEXTS, st.none(), st.integers(), st.binary(), st.lists(TEXTS, max_size=2))
GARBAGE = st.dictionaries(st.sampled_from(trace.HEADERS), VALUES)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(GARBAGE)
def test_whatever_a_request_or_a_message_brings_a_trace_can_be_made_of_it_and_stored(headers):
    for found in (trace.read(headers), trace.read_message(headers)):
        assert trace.TRACEPARENT.fullmatch(found.traceparent)
        assert re.fullmatch(r"[\x20-\x7e\t]{0,512}", found.tracestate)
        assert found.correlation_id is not None
        assert found.actor is None or (len(found.actor) <= 100 and "\0" not in found.actor)
        assert trace.read_message(found.headers()) == found


def test_what_is_right_is_taken_and_what_is_nonsense_is_made_anew():
    correlation = uuid4()
    headers = {"traceparent": f" {PARENT}", "tracestate": "vendor=1", "correlation-id": str(correlation)}

    found = trace.read(headers)
    assert (found.traceparent, found.tracestate, found.correlation_id) == (PARENT, "vendor=1", correlation)
    assert found.trace_id == PARENT[3:35]

    found = trace.read({**headers, "tracestate": "x" * 513, "correlation-id": "nonsense"})
    assert (found.traceparent, found.tracestate) == (PARENT, "")
    assert found.correlation_id != correlation

    found = trace.read({**headers, "traceparent": PARENT[:-1]})
    assert (found.tracestate, found.correlation_id) == ("", correlation)  # a state is that of its parent
    assert found.traceparent.endswith("-00")  # nobody asked for it to be recorded


def test_only_messages_say_which_command_and_whose_asked():
    headers = {"causation-id": str(uuid4()), "cqrs-actor": "42"}

    assert (trace.read(headers).causation_id, trace.read(headers).actor) == (None, None)
    found = trace.read_message(headers)
    assert (str(found.causation_id), found.actor) == tuple(headers.values())


def test_what_follows_is_in_the_same_trace_and_knows_what_it_follows_from():
    command_id = uuid4()
    caused = replace(trace.new(), traceparent=PARENT, tracestate="vendor=1")

    follows = caused.child(command_id, actor="42")
    assert (follows.trace_id, follows.tracestate) == (caused.trace_id, "vendor=1")
    assert (follows.correlation_id, follows.causation_id) == (caused.correlation_id, command_id)
    assert follows.traceparent != PARENT
    assert follows.traceparent.endswith("-01")

    further = follows.child()
    assert (further.causation_id, further.actor) == (command_id, "42")


@pytest.mark.parametrize("parent", [PARENT, ""])
def test_a_row_of_the_command_log_has_the_trace_that_it_was_accepted_in(parent):
    row = LoggedCommand(traceparent=parent, causation_id=uuid4(), actor="42")

    found = Trace.of(row)
    assert found.traceparent == parent or not parent
    assert trace.TRACEPARENT.fullmatch(found.traceparent)
    assert (found.correlation_id, found.causation_id) == (row.correlation_id, row.causation_id)
    assert found.actor == "42"


def test_it_is_current_within_a_block():
    outer, inner = trace.new(), trace.new()

    with trace.within(outer):
        with pytest.raises(ValueError, match="left"), trace.within(inner):
            assert trace.current() is inner
            raise ValueError("left")
        assert trace.current() is outer
    assert trace.current() is None


def test_what_is_called_later_may_carry_it_along():
    def callback() -> Trace | None:
        return trace.current()

    assert trace.carried(callback) is callback  # there is none to carry

    with trace.within(trace.new()) as current:
        later, partly = trace.carried(callback), trace.carried(partial(callback))

    assert (later(), partly()) == (current, current)
    assert later.__qualname__ == callback.__qualname__
    assert trace.current() is None


def test_no_thread_has_it_by_itself():
    found: list[Trace | None] = []
    with trace.within(trace.new()):
        thread = threading.Thread(target=lambda: found.append(trace.current()))
        thread.start()
        thread.join()

    assert found == [None]


def record(**extra: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": "something", **extra})


def test_log_records_name_it():
    lost, found, own = record(), record(), record(trace_id="its own")

    with trace.within(trace.new()) as current:
        assert TraceFilter().filter(found)
        TraceFilter().filter(own)
    TraceFilter().filter(lost)

    assert (found.trace_id, found.correlation_id) == (current.trace_id, str(current.correlation_id))
    assert (lost.trace_id, lost.correlation_id) == ("", "")
    assert own.trace_id == "its own"


def active_span(trace_id: int, span_id: int, state: str = "") -> object:
    """As a tracer's instrumentation of Django or Celery has one."""
    context = opentelemetry.SpanContext(
        trace_id=trace_id,
        span_id=span_id,
        is_remote=False,
        trace_flags=opentelemetry.TraceFlags(1),
        trace_state=opentelemetry.TraceState([("vendor", state)] if state else []),
    )
    return opentelemetry.use_span(opentelemetry.NonRecordingSpan(context))


@pytest.mark.parametrize(("state", "header"), [("1", "vendor=1"), ("", "")])
def test_a_tracers_span_is_gone_on_with(state, header):
    brought = replace(trace.new(), tracestate="old=1")
    with active_span(0xA, 0xB, state):
        found = trace.joined(brought)

    assert found.traceparent == f"00-{0xA:032x}-{0xB:016x}-01"
    assert (found.tracestate, found.correlation_id) == (header, brought.correlation_id)


def test_without_a_span_or_without_a_tracer_nothing_changes(monkeypatch):
    brought = trace.new()
    assert trace.joined(brought) is brought

    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.trace.propagation.tracecontext", None)
    trace._propagator.cache_clear()
    with active_span(0xA, 0xB):
        assert trace.joined(brought) is brought
    trace._propagator.cache_clear()
