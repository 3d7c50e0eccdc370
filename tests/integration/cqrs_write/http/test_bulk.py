"""The bulk view: many commands of one kind in one request."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import APIException
from rest_framework.test import APIRequestFactory, force_authenticate

from cqrs_write import CommandRejected
from cqrs_write.exceptions import ConfigurationError
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import drain_now

from .notes.commands import WriteNote
from .notes.models import Note
from .notes.views import BulkNoteView, NoteSerializer

pytestmark = pytest.mark.django_db


def post(client, body, **headers):
    return client.post("/bulk/", body, format="json", headers=headers)


def notes(*texts: object) -> list[dict[str, object]]:
    return [{"text": text} for text in texts]


@pytest.mark.parametrize("wrap", [list, lambda items: {"commands": items}], ids=["list", "object"])
def test_all_are_accepted_and_each_has_a_place_to_ask(client, ada, wrap):
    answer = post(client, wrap(notes("a", "b")))

    rows = list(LoggedCommand.objects.order_by("id"))
    assert answer.status_code == 202
    assert answer.json() == {
        "commands": [
            {
                "status": 202,
                "id": str(row.uuid),
                "location": f"http://testserver/cqrs/commands/{row.uuid}/",
            }
            for row in rows
        ]
    }
    assert [row.payload["text"] for row in rows] == ["a", "b"]
    assert {row.actor for row in rows} == {str(ada.pk)}
    assert client.get(answer.json()["commands"][1]["location"]).json()["state"] == "accepted"


def test_they_are_executed_later_in_their_order(client):
    post(client, notes("a", "b", "c"))
    assert not Note.objects.exists()

    drain_now()

    assert sorted(Note.objects.values_list("text", flat=True)) == ["a", "b", "c"]


@pytest.mark.postgresql  # SQLite takes fewer parameters in a statement
def test_they_take_one_insert_however_many(client):
    with CaptureQueriesContext(connection) as captured:
        post(client, notes(*map(str, range(100))))

    inserts = [query for query in captured.captured_queries if "INSERT INTO" in query["sql"]]
    assert len(inserts) == 1


def test_the_good_ones_are_accepted_beside_bad_ones(client):
    answer = post(client, [{"text": "a"}, {"text": 3}, "b", {"text": "c", "lane": "x" * 201}, {"text": "d"}])

    assert answer.status_code == 207
    entries = answer.json()["commands"]
    assert [entry["status"] for entry in entries] == [202, 400, 400, 400, 202]
    assert entries[1]["error"]["type"] == "urn:problem-type:gradual-cqrs:command-invalid"
    assert "text: Input should be a valid string" in entries[1]["error"]["detail"]
    assert "its lane has 201 characters" in entries[3]["error"]["detail"]
    assert [str(row.uuid) for row in LoggedCommand.objects.order_by("id")] == [
        entries[0]["id"],
        entries[4]["id"],
    ]


def test_if_none_is_good_it_is_a_400_with_what_is_wrong_with_each(client):
    answer = post(client, notes(1, "\0"))

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["type"].endswith("no-command-accepted")
    assert [entry["status"] for entry in answer.json()["commands"]] == [400, 400]
    assert not LoggedCommand.objects.exists()


def test_what_a_view_says_of_one_of_them_concerns_no_other(client, monkeypatch):
    def to_command(self, request, data):
        if data["text"] == "forbidden":
            self.permission_denied(request, message="Not yours.")
        if data["text"] == "refused":
            raise CommandRejected("Not today.")
        form = NoteSerializer(data=data)
        form.is_valid(raise_exception=True)
        return WriteNote(**form.validated_data)

    monkeypatch.setattr(BulkNoteView, "to_command", to_command)

    answer = post(client, notes("a", "forbidden", "refused", "much too long"))

    assert answer.status_code == 207
    entries = answer.json()["commands"]
    assert [entry["status"] for entry in entries] == [202, 403, 400, 400]
    assert [entry["error"]["detail"] for entry in entries[1:3]] == ["Not yours.", "Not today."]
    assert entries[3]["error"]["errors"][0]["pointer"] == "#/text"


def test_an_error_of_the_server_concerns_all(client, monkeypatch):
    class Away(APIException):
        status_code = 503

    def to_command(self, request, data):
        raise Away

    monkeypatch.setattr(BulkNoteView, "to_command", to_command)

    assert post(client, notes("a", "b")).status_code == 503


@pytest.mark.parametrize("body", [[], {}, {"commands": {}}, {"commands": []}, "a", 3, None], ids=repr)
def test_what_is_no_list_of_commands_is_a_400(client, body):
    assert client.post("/bulk/", body, format="json").status_code == 400


def test_too_many_are_refused_as_a_whole(client):
    answer = post(client, notes(*map(str, range(101))))

    assert answer.status_code == 413
    assert answer.json()["type"].endswith("too-many-commands")
    assert "may be 100" in answer.json()["detail"]
    assert not LoggedCommand.objects.exists()


@pytest.mark.parametrize(("prefer", "applied"), [("respond-async", "respond-async"), ("", None)])
def test_the_preference_is_honoured_in_any_case_and_named_if_it_was_sent(client, prefer, applied):
    answer = post(client, notes("a"), Prefer=prefer)

    assert (answer.status_code, answer.get("Preference-Applied")) == (202, applied)


@pytest.mark.parametrize("second", ["b", 3], ids=["all", "some"])
def test_a_repeated_request_accepts_nothing_twice(client, second):
    key = {"Idempotency-Key": '"import-1"'}

    answers = [post(client, notes("a", second), **key) for _ in range(2)]

    assert answers[1].content == answers[0].content
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert LoggedCommand.objects.count() == (2 if second == "b" else 1)


def test_without_a_status_resource_nothing_is_accepted_silently(ada, settings):
    settings.ROOT_URLCONF = "legacy_app.urls"
    request = APIRequestFactory().post("/bulk/", notes("a"), format="json")
    force_authenticate(request, ada)

    with pytest.raises(ConfigurationError, match="status resource"):
        BulkNoteView.as_view()(request)
    assert not LoggedCommand.objects.exists()
