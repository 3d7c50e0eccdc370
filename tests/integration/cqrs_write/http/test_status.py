"""The status resource: what it tells, to whom, and calling a command off."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from cqrs_write import changelog, freshness
from cqrs_write.bus import accept
from cqrs_write.execution import drain
from cqrs_write.models import LoggedCommand
from cqrs_write.operations import discard
from tests.waiting import eventually

from .notes.commands import LoseNote, PostponeNote, WriteNote
from .notes.models import Note

pytestmark = pytest.mark.django_db(transaction=True)


def url(row: LoggedCommand) -> str:
    return reverse("cqrs_write:command", args=[row.uuid])


def of(user: User | None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def staff(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_of_a_waiting_command_it_tells_when_to_ask_again(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)

    answer = client.get(url(row))

    body = answer.json()
    assert (body["id"], body["name"], body["state"]) == (str(row.uuid), "notes.WriteNote", "accepted")
    assert (body["attempts"], body["result"], body["finished_at"], body["error"]) == (0, None, None, "")
    assert (body["retry_after"], answer["Retry-After"]) == (1, "1")
    assert answer["Cache-Control"] == "no-store"
    assert body["links"] == {"self": f"http://testserver{url(row)}"}


def test_of_one_that_will_be_tried_again_it_tells_when(client, ada):
    row = accept(PostponeNote(text="a"), actor=ada)
    drain("notes", seconds=60)

    answer = client.get(url(row))

    row.refresh_from_db()
    body = answer.json()
    assert (body["state"], body["attempts"], body["error"]) == ("retrying", 1, "Passing: ")
    left = (row.not_before - timezone.now()).total_seconds()
    assert left <= body["retry_after"] <= left + 5
    assert answer["Retry-After"] == str(body["retry_after"])
    assert body["not_before"]


def test_of_one_that_is_executed_it_tells_so(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)
    LoggedCommand.objects.update(state="running", marked_at=timezone.now(), worker="somebody")

    answer = client.get(url(row))

    assert (answer.json()["state"], answer["Retry-After"]) == ("running", "1")


def test_of_one_that_is_done_it_has_the_result(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)
    drain("notes", seconds=60)

    answer = client.get(url(row))

    body = answer.json()
    assert (body["state"], body["attempts"], body["error"]) == ("done", 1, "")
    assert body["result"] == {"id": Note.objects.get().pk, "text": "a", "version": 1}
    assert body["retry_after"] is None
    assert "Retry-After" not in answer


def test_once_done_it_has_a_token_that_covers_the_effect(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)
    before = client.get(url(row)).json()["freshness_token"]
    was = changelog.now("default")
    drain("notes", seconds=60)
    changelog.log_everything("default", ["notes"])

    token = freshness.read(client.get(url(row)).json()["freshness_token"])

    assert before is None
    assert token is not None
    number = token.number("default", changelog.source("default").origin)
    assert number is not None
    assert not freshness.has_seen("default", was, number)
    assert eventually(lambda: freshness.has_seen("default", changelog.now("default"), number))


def test_of_one_that_is_dead_it_has_the_error_but_not_the_traceback(client, ada):
    row = accept(LoseNote(text="bad"), actor=ada)
    drain("notes", seconds=60)

    answer = client.get(url(row))

    assert (answer.json()["state"], answer.json()["error"]) == ("dead", "ValueError: bad")
    assert answer.json()["freshness_token"] is None
    assert "Traceback" not in answer.content.decode()


def test_it_is_not_there_for_anybody_else(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)
    of_nobody = accept(WriteNote(text="a"))
    stranger = staff("eve")

    for asking, command in [(of(stranger), row), (of(None), row), (of(None), of_nobody), (client, of_nobody)]:
        answer = asking.get(url(command))
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert asking.delete(url(command)).status_code == 404
    row.refresh_from_db()
    assert row.state == "accepted"


def test_staff_who_may_view_the_log_see_every_command(ada):
    row = accept(WriteNote(text="a"), actor=ada)

    assert of(staff("clerk", "view_loggedcommand")).get(url(row)).status_code == 200


def test_its_actor_can_call_it_off(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)

    answer = client.delete(url(row))

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    drain("notes", seconds=60)
    assert not Note.objects.exists()
    assert client.get(url(row)).json()["state"] == "cancelled"


def test_one_that_waits_for_another_attempt_can_be_called_off_too(client, ada):
    row = accept(PostponeNote(text="a"), actor=ada)
    drain("notes", seconds=60)

    assert client.delete(url(row)).json()["state"] == "cancelled"


def test_who_calls_it_off_twice_is_told_the_same(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)

    assert [client.delete(url(row)).status_code for _ in range(2)] == [200, 200]


def test_what_is_done_cannot_be_called_off(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)
    drain("notes", seconds=60)

    answer = client.delete(url(row))

    assert answer.status_code == 409
    assert (answer.json()["type"], answer.json()["state"]) == (
        "urn:problem-type:gradual-cqrs:command-not-waiting",
        "done",
    )
    assert Note.objects.exists()


def test_what_is_being_executed_cannot_be_called_off(client, ada):
    row = accept(WriteNote(text="a"), actor=ada)
    LoggedCommand.objects.update(state="running", marked_at=timezone.now() + timedelta(hours=1))

    assert client.delete(url(row)).json()["state"] == "running"


def test_what_was_given_up_cannot_be_called_off(client, ada):
    row = accept(LoseNote(text="a"), actor=ada)
    drain("notes", seconds=60)
    discard([row.uuid])

    assert client.delete(url(row)).status_code == 409


def test_staff_need_the_permission_to_change_the_log_to_call_another_ones_command_off(ada):
    row = accept(WriteNote(text="a"), actor=ada)
    permissions = ["view_loggedcommand", "change_loggedcommand"]

    assert of(staff("clerk", *permissions[:1])).delete(url(row)).status_code == 403
    assert of(staff("chief", *permissions)).delete(url(row)).status_code == 200
