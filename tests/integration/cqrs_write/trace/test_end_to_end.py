"""From a request over commands, events and tasks everything is one trace, and each knows what it follows from."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cqrs_write.models import LoggedCommand, OutboxEvent
from tests.waiting import eventually

from .traced.tasks import follow_up

pytestmark = pytest.mark.django_db(transaction=True)

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CORRELATION = "7d8de59d-3f2d-4f63-9d2c-3b0d6f1d0a4e"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_write.trace.traced.settings"}
# One process, which would show what a task has left behind to the next.
WORKER = ("-m", "celery", "-A", "legacy_app", "worker", "-Q", "traced,celery", "--concurrency", "1")


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def client(user: User) -> Client:
    client = Client(headers={"traceparent": PARENT, "Correlation-Id": CORRELATION})
    client.force_login(user)
    return client


@pytest.fixture
def _worker(spawn) -> None:
    process = spawn(*WORKER, "--loglevel", "INFO", environment=SETTINGS)
    process.wait_for("ready.")


def happened(where: str) -> OutboxEvent:
    return OutboxEvent.objects.get(aggregateid=where)


def all_is_done(events: int) -> bool:
    unfinished = LoggedCommand.objects.exclude(state="done")
    return OutboxEvent.objects.count() == events and not unfinished.exists()


@pytest.mark.usefixtures("_worker")
def test_of_a_request_whose_command_is_accepted(client, user):
    response = client.post("/begin")

    assert response["Correlation-Id"] == CORRELATION
    assert eventually(lambda: all_is_done(events=4)), list(LoggedCommand.objects.values("name", "error"))
    begun = LoggedCommand.objects.get(name="traced.Begin")
    asked = {row.payload["asked_by"]: row for row in LoggedCommand.objects.filter(name="traced.GoOn")}

    for row in LoggedCommand.objects.all():
        assert (row.traceparent[3:35], str(row.correlation_id)) == (PARENT[3:35], CORRELATION)
    for event in OutboxEvent.objects.all():
        assert PARENT[3:35] in event.tracingspancontext
        assert str(event.correlation_id) == CORRELATION

    assert (begun.traceparent, begun.causation_id) == (PARENT, None)
    assert asked["handler"].causation_id == begun.uuid
    assert asked["task"].causation_id == begun.uuid
    assert happened("in Begin").causation_id == begun.uuid
    assert happened("in the task").causation_id == begun.uuid
    for name, row in asked.items():
        assert happened(f"in GoOn asked by {name}").causation_id == row.uuid

    assert happened("in Begin").actor == str(user.pk)
    assert happened("in the task").actor == str(user.pk)


@pytest.mark.usefixtures("_worker")
def test_of_a_request_whose_command_is_executed_at_once(client):
    client.post("/begin-here")

    assert eventually(lambda: all_is_done(events=4)), list(LoggedCommand.objects.values("name", "error"))
    command_ids = {
        happened("in Begin").causation_id,
        happened("in the task").causation_id,
        *LoggedCommand.objects.values_list("causation_id", flat=True),
    }
    assert len(command_ids) == 1
    assert None not in command_ids
    assert {str(event.correlation_id) for event in OutboxEvent.objects.all()} == {CORRELATION}


@pytest.mark.usefixtures("_worker")
def test_what_is_sent_by_nothing_in_particular_begins_a_trace_of_its_own(client):
    client.post("/begin")
    assert eventually(lambda: all_is_done(events=4))

    follow_up.delay("clock")

    assert eventually(lambda: all_is_done(events=6))
    event, row = happened("in the clock"), LoggedCommand.objects.get(payload={"asked_by": "clock"})
    assert (event.causation_id, event.actor) == (None, None)
    assert str(event.correlation_id) != CORRELATION
    assert event.correlation_id == row.correlation_id == happened("in GoOn asked by clock").correlation_id
