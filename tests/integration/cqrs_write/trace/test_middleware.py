"""Whatever a request brings, it has a trace, and the response names its correlation."""

import asyncio
from uuid import UUID, uuid4

import pytest
from django.test import AsyncClient, Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cqrs_write import trace
from cqrs_write.middleware import TraceMiddleware, trace_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

# What a server may make of bytes on the wire.
HEADER = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=100), st.just(PARENT), st.uuids().map(str)
)


def test_a_request_goes_on_with_the_trace_that_it_brings():
    correlation = str(uuid4())

    response = Client().get(
        "/tell", headers={"traceparent": PARENT, "tracestate": "vendor=1", "Correlation-Id": correlation}
    )

    assert response.json() == {"traceparent": PARENT, "tracestate": "vendor=1", "correlation-id": correlation}
    assert response["Correlation-Id"] == correlation
    assert response["traceparent"] == PARENT
    assert trace.current() is None


def test_the_correlation_may_come_under_the_name_that_many_give_it():
    correlation = str(uuid4())

    assert Client().get("/tell", headers={"X-Correlation-ID": correlation})["Correlation-Id"] == correlation


def test_a_request_that_brings_none_begins_one():
    first, second = (Client().get("/tell") for _ in range(2))

    assert UUID(first["Correlation-Id"]) != UUID(second["Correlation-Id"])
    assert first.json()["correlation-id"] == first["Correlation-Id"]
    assert trace.TRACEPARENT.fullmatch(first.json()["traceparent"])


def test_what_only_messages_may_say_is_not_believed():
    told = Client().get("/tell", headers={"cqrs-actor": "1", "causation-id": str(uuid4())}).json()

    assert set(told) == {"traceparent", "tracestate", "correlation-id"}


def test_a_view_that_fails_has_a_correlation_to_ask_about():
    response = Client(raise_request_exception=False).get("/fail")

    assert response.status_code == 500
    assert UUID(response["Correlation-Id"])
    assert trace.current() is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["traceparent", "tracestate", "Correlation-Id", "X-Correlation-ID"]), HEADER
    )
)
def test_no_nonsense_fails_a_request(headers):
    found = trace_of(RequestFactory().get("/tell", headers=headers))

    assert trace.read_message(found.headers()) == found


def test_requests_at_the_same_time_do_not_see_each_others_traces(settings):
    settings.MIDDLEWARE = ["cqrs_write.middleware.TraceMiddleware"]
    correlations = [str(uuid4()) for _ in range(20)]

    async def ask(path: str, correlation: str) -> tuple[str, str]:
        response = await AsyncClient().get(path, headers={"Correlation-Id": correlation})
        return response["Correlation-Id"], response.json()["correlation-id"]

    async def ask_all(path: str) -> list[tuple[str, str]]:
        return await asyncio.gather(*(ask(path, correlation) for correlation in correlations))

    for path in ("/tell", "/atell"):
        assert asyncio.run(ask_all(path)) == [(correlation, correlation) for correlation in correlations]


def test_it_is_asynchronous_where_what_it_wraps_is():
    async def get_response(request: object) -> None:
        """Never called."""

    assert asyncio.iscoroutinefunction(get_response)
    assert TraceMiddleware(get_response).is_async
    assert not TraceMiddleware(lambda request: None).is_async


@pytest.mark.parametrize("path", ["/tell", "/atell"])
def test_a_tracers_span_goes_before_what_the_request_brings(path, active_span):
    with active_span(0xA, 0xB):
        told = Client().get(path, headers={"traceparent": PARENT, "tracestate": "vendor=1"}).json()

    assert (told["traceparent"], told["tracestate"]) == (f"00-{0xA:032x}-{0xB:016x}-01", "")
