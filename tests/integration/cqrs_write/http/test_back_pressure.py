"""Back pressure: what a queue that is full does to requests."""

import pytest

from cqrs_write.bus import accept
from cqrs_write.execution import drain
from cqrs_write.http import back_pressure
from cqrs_write.models import IdempotentAnswer, LoggedCommand

from .notes.commands import LoseNote, PostponeNote, WriteNote

pytestmark = pytest.mark.django_db(transaction=True)

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(autouse=True)
def _limit(settings) -> None:
    settings.CQRS_WRITE = {"QUEUE_LIMITS": {"notes": 2}}


def post(client, **headers):
    return client.post("/notes/", {"text": "more"}, format="json", headers=headers)


def fill(count: int) -> None:
    for _ in range(count):
        accept(WriteNote(text="waits"))


def test_a_full_queue_takes_nothing_more(client):
    fill(2)

    answer = post(client, **ASYNC)

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("queue-full")
    assert 1 <= int(answer["Retry-After"]) <= 10
    assert LoggedCommand.objects.count() == 2


def test_below_its_limit_it_takes_more(client):
    fill(1)

    assert post(client, **ASYNC).status_code == 202


def test_commands_that_wait_for_another_attempt_count(client):
    fill(1)
    accept(PostponeNote(text="later"))
    drain("notes", seconds=60)
    fill(1)

    assert post(client, **ASYNC).status_code == 503


def test_done_and_dead_commands_do_not_count(client):
    fill(2)
    accept(LoseNote(text="dead"))
    drain("notes", seconds=60)

    assert post(client, **ASYNC).status_code == 202


def test_who_waits_for_the_answer_of_an_inline_command_is_served(client):
    fill(2)

    assert post(client).status_code == 201


def test_a_queue_without_a_limit_takes_everything(client, settings):
    settings.CQRS_WRITE = {"QUEUE_LIMITS": {"others": 0}}
    fill(3)

    assert post(client, **ASYNC).status_code == 202


def test_a_list_of_commands_is_refused_as_a_whole(client):
    fill(2)

    answer = client.post("/bulk/", [{"text": "more"}], format="json")

    assert answer.status_code == 503
    assert LoggedCommand.objects.count() == 2


def test_a_process_counts_once_a_second(client, django_assert_num_queries, monkeypatch):
    fill(2)
    post(client, **ASYNC)

    with django_assert_num_queries(0):
        assert post(client, **ASYNC).status_code == 503

    monkeypatch.setattr(back_pressure, "REMEMBERED_SECONDS", 0.0)
    drain("notes", seconds=60)
    assert post(client, **ASYNC).status_code == 202


def test_the_refusal_is_not_stored_for_the_key(client):
    fill(2)

    assert post(client, **ASYNC, **{"Idempotency-Key": '"a"'}).status_code == 503
    assert not IdempotentAnswer.objects.exists()


def test_counting_stops_at_the_limit():
    fill(5)

    assert [back_pressure.depth("notes", "default", limit) for limit in (3, 5, 9)] == [3, 5, 5]
