"""Celery tasks go on with the trace of whoever sent them; what the toolkit itself sends belongs to none."""

import json
import logging
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from celery import shared_task

from cqrs_write import propagation, tasks, trace, wakeup
from cqrs_write.bus import accept

from .traced.commands import GoOn
from .traced.tasks import follow_up

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CAUSED = replace(trace.new().child(uuid4(), actor="42"), tracestate="ours=1")


@shared_task(name="traced.tell")
def tell() -> trace.Trace | None:
    return trace.current()


@pytest.fixture
def sent(redis_client):
    """The headers of the message that was sent, of those that Celery has not made."""

    def sent(queue: str = "celery") -> dict[str, Any]:
        (message,) = redis_client.lrange(queue, 0, -1)
        headers = json.loads(message)["headers"]
        return {name: headers[name] for name in trace.HEADERS if name in headers}

    return sent


def test_a_task_that_is_sent_carries_the_trace(sent):
    with trace.within(CAUSED):
        follow_up.delay("task")

    assert sent() == CAUSED.headers()
    assert trace.read_message(sent()) == CAUSED


def test_a_task_that_is_sent_outside_a_trace_carries_none(sent):
    follow_up.delay("task")

    assert sent() == {}


def test_what_a_tracer_has_set_stays(sent):
    with trace.within(CAUSED):
        follow_up.apply_async(("task",), headers={"traceparent": PARENT})

    assert sent() == {
        "traceparent": PARENT,  # and no state that belongs to another parent
        "correlation-id": str(CAUSED.correlation_id),
        "causation-id": str(CAUSED.causation_id),
        "cqrs-actor": "42",
    }


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_carries_none_for_it_stands_for_many_commands(sent):
    with trace.within(CAUSED):
        accept(GoOn(asked_by="test"))
        assert wakeup.flush(30)
        tasks.sweep.delay()

    assert sent("traced") == {}
    assert sent() == {}


def test_a_task_that_runs_here_is_within_what_sent_it():
    with trace.within(CAUSED):
        assert tell.apply().get() == CAUSED


def test_a_task_that_nothing_caused_begins_a_trace_and_leaves_it():
    first, second = (tell.apply().get() for _ in range(2))

    assert first.correlation_id != second.correlation_id
    assert trace.current() is None


def test_a_task_that_runs_goes_on_with_its_messages_trace_and_with_a_tracers_span(active_span):
    assert tell.apply(headers=CAUSED.headers()).get() == CAUSED

    with active_span(0xA, 0xB):
        found = tell.apply(headers=CAUSED.headers()).get()
    assert found == replace(CAUSED, traceparent=f"00-{0xA:032x}-{0xB:016x}-01", tracestate="")


def test_a_task_that_fails_leaves_its_trace():
    @shared_task(name="traced.fail")
    def fail() -> None:
        raise ValueError("failed")

    assert fail.apply().failed()
    assert trace.current() is None


def failing(*args: Any) -> None:
    raise RuntimeError("of the trace")


def test_an_error_in_it_keeps_no_task_from_being_sent(monkeypatch, caplog, sent):
    monkeypatch.setattr(propagation.trace, "current", failing)

    follow_up.delay("task")

    assert sent() == {}
    assert "RuntimeError('of the trace')" in caplog.text


@pytest.mark.parametrize("name", ["read_message", "joined"])
def test_an_error_in_it_keeps_no_task_from_being_run(monkeypatch, caplog, name):
    monkeypatch.setattr(propagation.trace, name, failing)

    assert tell.apply().get() is None
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "RuntimeError('of the trace')" in record.getMessage()


@pytest.mark.parametrize(
    "headers", [{"correlation-id": 7, "causation-id": ["x"]}, {"traceparent": "nonsense"}]
)
def test_nonsense_in_a_message_is_no_error(headers, caplog):
    assert tell.apply(headers=headers).get() is not None
    assert not caplog.records
