"""What follows from a request is found by what the answer says."""

import uuid

import pytest

from cqrs_write import trace
from cqrs_write.models import LoggedCommand

from .notes.models import Note

pytestmark = pytest.mark.django_db

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


MIDDLEWARE = "cqrs_write.middleware.TraceMiddleware"


@pytest.fixture(autouse=True)
def _without_the_middleware(settings) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != MIDDLEWARE]


def post(client, body=None, **headers):
    return client.post("/notes/", body or {"text": "a"}, format="json", headers=headers)


def test_the_answer_names_what_the_command_belongs_to(client):
    answer = post(client)

    assert Note.objects.get().correlation == uuid.UUID(answer["Correlation-Id"])


def test_an_accepted_command_belongs_to_it_too_and_to_the_callers_trace(client):
    answer = post(client, Prefer="respond-async", traceparent=TRACEPARENT, tracestate="vendor=1")

    row = LoggedCommand.objects.get()
    assert str(row.correlation_id) == answer["Correlation-Id"]
    assert (row.traceparent, row.tracestate) == (TRACEPARENT, "vendor=1")


def test_a_client_can_say_what_its_request_belongs_to(client):
    given = str(uuid.uuid4())

    assert post(client, **{"Correlation-Id": given})["Correlation-Id"] == given


def test_a_trace_that_a_middleware_has_begun_goes_on(client):
    with trace.within(trace.new()) as begun:
        answer = post(client, **{"Correlation-Id": str(uuid.uuid4())})

    assert answer["Correlation-Id"] == str(begun.correlation_id)


def test_with_the_toolkits_own_middleware_there_is_one_correlation(client, settings):
    settings.MIDDLEWARE = [MIDDLEWARE, *settings.MIDDLEWARE]

    answer = post(client)

    assert Note.objects.get().correlation == uuid.UUID(answer["Correlation-Id"])


def test_nothing_follows_from_a_request_that_is_over(client):
    post(client)

    assert trace.current() is None


def test_an_error_has_its_correlation_too(client):
    assert uuid.UUID(post(client, {"text": 3})["Correlation-Id"])
