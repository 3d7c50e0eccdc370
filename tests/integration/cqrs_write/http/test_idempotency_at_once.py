"""One ``Idempotency-Key`` from many clients at the same time, each with a connection of its own; and after a crash."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from rest_framework.test import APIClient

from cqrs_write.models import IdempotentAnswer
from tests.waiting import eventually

from .notes.models import Note

pytestmark = pytest.mark.django_db(transaction=True)

HEADERS = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_write.http.notes.settings"}

# One request, as a process of its own makes it.
REQUEST = """
import django, sys
django.setup()
from django.contrib.auth.models import User
from rest_framework.test import APIClient
client = APIClient(SERVER_NAME="localhost")
client.force_authenticate(User.objects.get())
answer = client.post(
    "/slow/", {{"text": "once", "folder": {folder!r}}}, format="json", headers={headers!r}
)
print("answered", answer.status_code, flush=True)
"""


def at_once(clients: int, ada: User, path: str, body: object) -> list[tuple[int, bytes]]:
    """Status and body that each of so many clients gets, which all begin at the same moment."""
    barrier = threading.Barrier(clients)

    def ask(number: int) -> tuple[int, bytes]:
        client = APIClient(raise_request_exception=False)
        client.force_authenticate(ada)
        try:
            connection.ensure_connection()
            barrier.wait(60)
            answer = client.post(path, body, format="json", headers=HEADERS)
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(ask, range(clients)))


@pytest.mark.postgresql
def test_of_fifty_one_is_executed_and_the_others_are_told_so_or_get_its_answer(ada):
    answers = at_once(50, ada, "/notes/", {"text": "once"})

    assert Note.objects.count() == 1
    statuses = Counter(status for status, _ in answers)
    assert statuses[201] >= 1
    assert statuses[201] + statuses[409] == 50
    assert len({body for status, body in answers if status == 201}) == 1


@pytest.mark.sqlite
def test_where_one_writes_at_a_time_all_get_its_answer(ada):
    answers = at_once(10, ada, "/notes/", {"text": "once"})

    assert Note.objects.count() == 1
    assert len(set(answers)) == 1


@pytest.mark.postgresql
def test_while_the_first_is_still_executed_another_gets_a_409_at_once(client, ada, tmp_path, spawn):
    body = {"text": "once", "folder": str(tmp_path)}
    first = spawn("-c", REQUEST.format(folder=str(tmp_path), headers=HEADERS), environment=SETTINGS)
    assert eventually((tmp_path / "started").exists)

    answer = client.post("/slow/", body, format="json", headers=HEADERS)

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("idempotency-key-in-use")
    assert answer["Retry-After"] == "1"
    (tmp_path / "go").touch()
    first.wait_for("answered 201")
    assert client.post("/slow/", body, format="json", headers=HEADERS)["Idempotent-Replayed"] == "true"


def test_a_request_whose_process_is_killed_is_executed_when_it_is_repeated(client, ada, tmp_path, spawn):
    body = {"text": "once", "folder": str(tmp_path)}
    first = spawn("-c", REQUEST.format(folder=str(tmp_path), headers=HEADERS), environment=SETTINGS)
    assert eventually((tmp_path / "started").exists)
    first.kill()
    assert eventually(lambda: not IdempotentAnswer.objects.exists())
    (tmp_path / "go").touch()

    assert eventually(lambda: client.post("/slow/", body, format="json", headers=HEADERS).status_code == 201)
    assert client.post("/slow/", body, format="json", headers=HEADERS)["Idempotent-Replayed"] == "true"
    assert Note.objects.count() == 1
