"""``If-Match``: a command is executed only upon the state that its client has seen."""

import threading

import pytest
from django.db import connections
from rest_framework.test import APIClient

from cqrs_write.exceptions import ConfigurationError
from cqrs_write.http import CommandView
from cqrs_write.models import IdempotentAnswer, LoggedCommand

from .notes.models import Note
from .notes.views import ChangeNoteView, WriteNoteView

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def note() -> Note:
    return Note.objects.create(text="as it was", version=7)


def put(client, note, if_match=None, path="", **headers):
    headers |= {} if if_match is None else {"If-Match": if_match}
    return client.put(f"/notes/{note.pk}/{path}", {"text": "changed"}, format="json", headers=headers)


def text_of(note: Note) -> str:
    return Note.objects.get(pk=note.pk).text


@pytest.mark.parametrize("if_match", ['"v7"', '"v6", "v7"', "*"])
def test_it_is_executed_if_the_tag_is_one_of_those_given(client, note, if_match):
    answer = put(client, note, if_match)

    assert (answer.status_code, answer.json()["version"]) == (200, 8)


@pytest.mark.parametrize("if_match", ['"v6"', '"V7"', 'W/"v7"', "v7", '""', "nonsense,,"])
def test_it_is_a_412_otherwise_and_has_no_effect(client, note, if_match):
    answer = put(client, note, if_match)

    assert answer.status_code == 412
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("precondition-failed")
    assert text_of(note) == "as it was"


def test_a_weak_tag_of_the_server_is_like_no_other(client, note, monkeypatch):
    monkeypatch.setattr(ChangeNoteView, "get_etag", lambda self, request: 'W/"v7"')

    assert put(client, note, 'W/"v7"').status_code == 412
    assert put(client, note, "*").status_code == 200


def test_where_there_is_nothing_no_tag_is_right(client, note, monkeypatch):
    monkeypatch.setattr(ChangeNoteView, "get_etag", lambda self, request: None)

    assert put(client, note, "*").status_code == 412


def test_without_the_header_it_is_executed(client, note):
    assert put(client, note).status_code == 200


def test_a_view_can_require_the_header(client, note):
    answer = put(client, note, path="conditional/")

    assert answer.status_code == 428
    assert answer.json()["type"].endswith("precondition-missing")
    assert put(client, note, '"v7"', path="conditional/").status_code == 200


def test_a_view_without_an_etag_takes_no_notice_of_the_header(client):
    answer = client.post("/notes/", {"text": "new"}, format="json", headers={"If-Match": '"any"'})

    assert answer.status_code == 201


def test_to_require_it_and_have_no_etag_is_a_mistake():
    class Mistaken(WriteNoteView):
        precondition_required = True

    with pytest.raises(ConfigurationError, match="Mistaken requires If-Match"):
        Mistaken.as_view()
    with pytest.raises(ConfigurationError, match="get_etag"):
        WriteNoteView.as_view(precondition_required=True)
    assert issubclass(Mistaken, CommandView)


def test_an_accepted_command_is_compared_when_it_is_accepted(client, note):
    refused = put(client, note, '"v6"', Prefer="respond-async")
    accepted = put(client, note, '"v7"', Prefer="respond-async")

    assert (refused.status_code, accepted.status_code) == (412, 202)
    assert LoggedCommand.objects.count() == 1


def test_a_repeated_request_gets_its_answer_although_the_state_is_another_by_now(client, note):
    key = {"Idempotency-Key": '"change-1"'}
    first = put(client, note, '"v7"', **key)

    second = put(client, note, '"v7"', **key)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second["Idempotent-Replayed"] == "true"


def test_a_412_is_not_stored_so_the_same_key_serves_with_the_right_tag(client, note):
    key = {"Idempotency-Key": '"change-1"'}

    assert put(client, note, '"v6"', **key).status_code == 412
    assert not IdempotentAnswer.objects.exists()
    assert put(client, note, '"v7"', **key).status_code == 200


def test_of_two_that_have_seen_the_same_state_one_is_executed(ada, note):
    barrier, statuses = threading.Barrier(2), []

    def change() -> None:
        client = APIClient()
        client.force_authenticate(ada)
        barrier.wait(30)
        statuses.append(put(client, note, '"v7"').status_code)
        connections.close_all()

    threads = [threading.Thread(target=change) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 412]
    assert Note.objects.get(pk=note.pk).version == 8
