"""What the response header and the log say about a routed request."""

import logging

import pytest
from django.http import HttpResponse

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import EndpointState
from cqrs_routing.serving.decision import BY_MODE, Decision
from cqrs_routing.serving.query_count import QueryCount, counting
from cqrs_routing.serving.service import Service, server_timing
from cqrs_routing.traffic.counts import counts
from cqrs_write import trace

ENDPOINT = Endpoint(name="GET orders:order-list", view=HttpResponse, kind="read")
STATE = EndpointState(mode=Mode.CQRS, stint=3)
FALLBACK = Decision("legacy", 'The "model" is behind \N{EN DASH} by\n3 s.', fallback=True)


def count_of(queries: int, seconds: float) -> QueryCount:
    count = QueryCount()
    count.queries, count.seconds = queries, seconds
    return count


def test_server_timing_tells_side_queries_and_milliseconds():
    assert (
        server_timing(BY_MODE[Mode.CQRS], count_of(2, 0.00312), 5.04)
        == 'side;desc="cqrs", db;dur=3.1;desc="2 queries", total;dur=5.0'
    )


def test_server_timing_of_a_fallback_says_why_in_what_a_header_may_hold():
    assert (
        server_timing(FALLBACK, count_of(1, 0), 1)
        == 'side;desc="legacy", fallback;desc="The \'model\' is behind ? by 3 s.", '
        'db;dur=0.0;desc="1 query", total;dur=1.0'
    )


def test_the_header_joins_one_that_is_there():
    response = HttpResponse(headers={"Server-Timing": "cache;dur=1"})
    Service(ENDPOINT, STATE, BY_MODE[Mode.CQRS], counted=True).finish(response)
    assert response["Server-Timing"].startswith('cache;dur=1, side;desc="cqrs"')


def test_no_header_unless_it_is_counted():
    response = HttpResponse()
    Service(ENDPOINT, STATE, BY_MODE[Mode.CQRS], counted=False).finish(response)
    assert not response.has_header("Server-Timing")


def test_counting_ends_with_the_request():
    service = Service(ENDPOINT, STATE, BY_MODE[Mode.CQRS], counted=True)
    assert counting.get() is service.count
    service.finish(HttpResponse())
    assert counting.get() is None


@pytest.mark.parametrize("decision", [BY_MODE[Mode.CQRS], BY_MODE[Mode.SHADOW], FALLBACK])
def test_one_structured_line_is_logged(decision, caplog):
    current = trace.new()
    with caplog.at_level(logging.INFO, "cqrs_routing.routing"), trace.within(current):
        Service(ENDPOINT, STATE, decision, counted=False).finish(HttpResponse(status=201))

    [record] = caplog.records
    assert record.levelno == logging.INFO
    assert (record.trace_id, record.status) == (current.trace_id, 201)
    assert (record.endpoint, record.side, record.reason) == (ENDPOINT.name, decision.side, decision.reason)
    assert record.duration_ms >= 0


def test_the_request_is_counted_by_side_status_and_stint():
    counts.take()
    Service(ENDPOINT, STATE, FALLBACK, counted=False).finish(HttpResponse(status=404))

    cells = {(cell.side, cell.stint, cell.metric): cell.bucket for cell in counts.take()}
    assert cells[("legacy", 3, "status")] == 404
    assert set(cells) == {("legacy", 3, metric) for metric in ("status", "latency", "fallback")}
