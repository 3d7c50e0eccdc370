"""``Prefer: respond-async, wait=N``: the command is accepted, and its answer waited for."""

import threading
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from cqrs_write import operations
from cqrs_write.execution import drain
from cqrs_write.http import waiting
from cqrs_write.models import LoggedCommand

from .notes.models import Note

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = ("-m", "celery", "-A", "legacy_app", "worker", "-Q", "notes", "--loglevel", "INFO")
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_write.http.notes.settings"}


@pytest.fixture(autouse=True)
def _patient(settings) -> None:
    settings.CQRS_WRITE = {"WAIT_SECONDS": 30.0}


@pytest.fixture
def worker() -> Iterator[None]:
    """Executes what is accepted, as a worker does, until the test ends."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.02):
            drain("notes", seconds=60)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def post(client, path="/notes/", wait=30, text="patient", **headers):
    headers = {"Prefer": f"respond-async, wait={wait}", **headers}
    return client.post(path, {"text": text}, format="json", headers=headers)


@pytest.mark.usefixtures("worker")
def test_a_command_that_is_done_in_time_is_answered_as_if_inline(client):
    inline = client.post("/legacy/", {"text": "patient"}, format="json")

    answer = post(client, "/legacy/")

    assert (answer.status_code, answer.content) == (inline.status_code, inline.content)
    assert answer["Preference-Applied"] == "wait=30"
    assert LoggedCommand.objects.get().state == "done"


def test_a_celery_worker_is_fast_enough(client, spawn):
    process = spawn(*WORKER, environment=SETTINGS)
    process.wait_for("ready.")

    answer = post(client)

    assert answer.status_code == 201
    assert answer.json()["text"] == "patient"


def test_one_that_is_not_done_in_time_is_a_202_with_a_place_to_ask(client):
    begun = time.monotonic()

    answer = post(client, wait=1)

    row = LoggedCommand.objects.get()
    assert time.monotonic() - begun >= 1.0
    assert (answer.status_code, answer.json()) == (202, {"id": str(row.uuid), "state": "accepted"})
    assert answer["Location"].endswith(f"/cqrs/commands/{row.uuid}/")
    assert answer["Preference-Applied"] == "respond-async, wait=1"


def test_nobody_waits_longer_than_the_setting_says(client, settings):
    settings.CQRS_WRITE = {"WAIT_SECONDS": 0.2}

    answer = post(client, wait=600)

    assert answer.status_code == 202
    assert answer["Preference-Applied"] == "respond-async, wait=0.2"


@pytest.mark.parametrize("prefer", ["respond-async", "respond-async, wait=0", "respond-async, wait=soon"])
def test_who_names_no_time_has_the_202_at_once(client, prefer):
    answer = post(client, Prefer=prefer)

    assert answer.status_code == 202
    assert answer["Preference-Applied"] == "respond-async"


def test_wait_alone_has_the_command_executed_within_the_request(client):
    answer = post(client, Prefer="wait=10")

    assert answer.status_code == 201
    assert "Preference-Applied" not in answer
    assert not LoggedCommand.objects.exists()


def test_where_enough_wait_already_the_202_comes_at_once(client, settings):
    settings.CQRS_WRITE = {"WAITING_REQUESTS": 1}

    with waiting.place() as given:
        answer = post(client)

    assert given
    assert answer.status_code == 202
    assert answer["Preference-Applied"] == "respond-async"


@pytest.mark.usefixtures("worker")
def test_a_place_is_free_again_when_the_wait_is_over(client, settings):
    settings.CQRS_WRITE = {"WAITING_REQUESTS": 1}

    assert [post(client).status_code, post(client).status_code] == [201, 201]


def test_within_a_transaction_nobody_waits_for_what_no_worker_sees(client):
    with transaction.atomic():
        answer = post(client)

    assert answer.status_code == 202
    assert answer["Preference-Applied"] == "respond-async"


def test_with_atomic_requests_nobody_waits_either(client, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    assert post(client).status_code == 202


@pytest.mark.usefixtures("worker")
def test_a_rejected_command_is_a_400(client):
    answer = post(client, "/refused/")

    assert answer.status_code == 400
    assert "patient is refused." in answer.content.decode()
    assert not Note.objects.exists()


@pytest.mark.usefixtures("worker")
def test_one_that_dies_of_an_error_is_a_500_that_names_its_status_resource(client):
    answer = post(client, "/lost/")

    row = LoggedCommand.objects.get()
    assert answer.status_code == 500
    body = answer.json()
    assert (body["type"], body["instance"]) == (
        "urn:problem-type:gradual-cqrs:command-failed",
        f"http://testserver/cqrs/commands/{row.uuid}/",
    )
    assert "ValueError" not in answer.content.decode()


def test_one_that_is_called_off_meanwhile_is_a_409(client):
    def call_off() -> None:
        while not (uuids := list(LoggedCommand.objects.values_list("uuid", flat=True))):
            time.sleep(0.01)
        operations.cancel(uuids)
        connections.close_all()

    thread = threading.Thread(target=call_off)
    thread.start()
    answer = post(client)
    thread.join()

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("command-called-off")


@pytest.mark.usefixtures("worker")
def test_who_repeats_a_request_waits_for_the_same_command(client):
    key = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}

    first, second = (post(client, **key) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second["Idempotent-Replayed"] == "true"
    assert Note.objects.count() == 1


def test_a_command_that_is_gone_from_the_log_is_waited_for_no_longer():
    assert waiting.settled_within(30, UUID(int=1), "default") is None
