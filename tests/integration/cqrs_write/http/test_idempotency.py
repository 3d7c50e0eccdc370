"""``Idempotency-Key``: what is repeated, to whom, and for how long."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.test import APIClient

from cqrs_write import operations
from cqrs_write.models import IdempotentAnswer, LoggedCommand

from .notes.models import Note
from .notes.views import LegacyNoteView, WriteNoteView

pytestmark = pytest.mark.django_db(transaction=True)

KEY = '"8e03978e-40d5-43e8-bc93-6894a57f9324"'


def post(client, path="/notes/", body=None, key=KEY, **headers):
    return client.post(
        path,
        {"text": "once"} if body is None else body,
        format="json",
        headers={"Idempotency-Key": key, **headers},
    )


def texts() -> list[str]:
    return list(Note.objects.values_list("text", flat=True))


def test_a_repeated_request_is_executed_once_and_answered_as_the_first(client):
    first, second = post(client), post(client)

    assert texts() == ["once"]
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"


def test_a_rejection_is_repeated_too(client):
    first, second = (post(client, "/refused/") for _ in range(2))

    assert texts() == []
    assert (first.status_code, first.json()) == (400, {"text": ["once is refused."]})
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second["Idempotent-Replayed"] == "true"


def test_what_is_wrong_with_a_request_is_repeated_with_its_media_type(client):
    first, second = (post(client, body={"text": 3}) for _ in range(2))

    assert first.status_code == 400
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"] == "application/problem+json"
    assert second["Idempotent-Replayed"] == "true"


def test_a_server_error_is_not_repeated(client):
    assert post(client, "/lost/").status_code == 500

    assert texts() == []
    assert not IdempotentAnswer.objects.exists()


def test_an_error_that_an_exception_handler_makes_a_503_leaves_nothing(client, monkeypatch):
    class Away(APIException):
        status_code = 503

    def away(self, request):
        Note.objects.create(text="half done")
        raise Away

    monkeypatch.setattr(WriteNoteView, "to_command", away)

    assert post(client).status_code == 503
    assert texts() == []
    assert not IdempotentAnswer.objects.exists()


def test_a_refusal_for_lack_of_permission_is_not_repeated(client, monkeypatch):
    def refuse(self, request):
        self.permission_denied(request)

    with monkeypatch.context() as patch:
        patch.setattr(LegacyNoteView, "to_command", refuse)
        assert post(client, "/legacy/").status_code == 403

    assert post(client, "/legacy/").status_code == 201


def test_an_acceptance_is_repeated_with_its_location(client):
    first, second = (post(client, Prefer="respond-async") for _ in range(2))

    row = LoggedCommand.objects.get()
    assert (first.status_code, second.status_code) == (202, 202)
    assert first["Location"] == second["Location"]
    assert second.json() == {"id": str(row.uuid), "state": "accepted"}
    assert second["Preference-Applied"] == "respond-async"


@pytest.mark.parametrize(
    "other", [{"text": "other"}, {"text": "once", "lane": "x"}, [{"text": "once"}], {}], ids=repr
)
def test_the_same_key_with_another_body_is_a_422(client, other):
    post(client)

    answer = post(client, body=other)

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:problem-type:gradual-cqrs:idempotency-key-reused"
    assert texts() == ["once"]


def test_the_same_key_with_another_query_is_a_422(client):
    post(client)

    assert post(client, "/notes/?draft=1").status_code == 422


def test_how_a_body_is_spaced_and_ordered_makes_no_difference(client):
    headers = {"Idempotency-Key": KEY}
    bodies = ['{"text": "once", "lane": "a"}', '{"lane":"a",\n"text":"once"}']

    answers = [
        client.post("/notes/", body, content_type="application/json", headers=headers) for body in bodies
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert texts() == ["once"]


def test_other_bytes_in_an_uploaded_file_are_another_body(client):
    def upload(content: bytes) -> int:
        body = {"text": "once", "file": SimpleUploadedFile("a.txt", content)}
        return client.post("/legacy/", body, headers={"Idempotency-Key": KEY}).status_code

    assert [upload(b"1"), upload(b"1"), upload(b"2")] == [201, 201, 422]


def test_the_same_key_at_another_endpoint_is_another_key(client):
    assert post(client).status_code == 201
    assert post(client, "/legacy/").json() == {"written": "once"}


def test_the_same_key_of_another_actor_is_another_key(client):
    other = APIClient()
    other.force_authenticate(User.objects.create_user("eve"))

    first, second = post(client), post(other)

    assert "Idempotent-Replayed" not in second
    assert first.json()["id"] != second.json()["id"]


def test_quoted_or_bare_it_is_the_same_key(client):
    post(client, key='"abc"')

    assert post(client, key="abc")["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", '""', "a b", '"open', "a,b", f'"{"x" * 256}"', '"é"', '"a", "b"'])
def test_a_malformed_key_is_a_400_with_the_reason(client, key):
    answer = post(client, key=key)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("idempotency-key-malformed")
    assert texts() == []


def test_a_key_of_255_characters_is_taken(client):
    assert post(client, key=f'"{"x" * 255}"').status_code == 201


def test_a_view_can_require_a_key(client):
    answer = client.post("/keyed/", {"text": "once"}, format="json")

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("idempotency-key-missing")
    assert post(client, "/keyed/").status_code == 201


def test_an_anonymous_key_must_be_hard_to_guess(anonymous):
    answer = post(anonymous, key='"order-1"')

    assert answer.status_code == 400
    assert "guess" in answer.json()["detail"]
    assert [post(anonymous).status_code, post(anonymous)["Idempotent-Replayed"]] == [201, "true"]


def test_an_anonymous_key_counts_within_the_clients_session(anonymous):
    sessions = [APIClient(), APIClient()]
    for session in sessions:
        session.session["cart"] = 1

    first, second = (post(session) for session in sessions)

    assert "Idempotent-Replayed" not in second
    assert first.json()["id"] != second.json()["id"]
    assert post(sessions[0])["Idempotent-Replayed"] == "true"
    assert not IdempotentAnswer.objects.filter(scope__contains=sessions[0].session.session_key).exists()


def expiry(answer) -> datetime:
    return parsedate_to_datetime(answer["Idempotency-Expires"])


@pytest.mark.parametrize(("path", "hours"), [("/notes/", 24), ("/keyed/", 1)])
def test_the_answer_tells_until_when_it_is_repeated(client, path, hours):
    answers = [post(client, path), post(client, path)]

    left = expiry(answers[0]) - timezone.now()
    assert timedelta(hours=hours, minutes=-5) < left <= timedelta(hours=hours)
    assert expiry(answers[1]) == expiry(answers[0])


def test_the_setting_gives_the_hours(client, settings):
    settings.CQRS_WRITE = {"IDEMPOTENCY_HOURS": 2.0}

    assert expiry(post(client)) - timezone.now() <= timedelta(hours=2)


def test_an_answer_that_has_expired_is_absent_and_replaced(client):
    post(client)
    IdempotentAnswer.objects.update(expires_at=timezone.now())

    assert "Idempotent-Replayed" not in post(client, body={"text": "again"})

    assert texts() == ["once", "again"]
    assert IdempotentAnswer.objects.get().expires_at > timezone.now()


def test_purge_deletes_what_has_expired(client):
    post(client)
    IdempotentAnswer.objects.update(expires_at=timezone.now())

    operations.purge()

    assert not IdempotentAnswer.objects.exists()


@pytest.mark.parametrize(("path", "status"), [("/refused/", 400), ("/notes/", 201)])
def test_with_atomic_requests_an_answer_is_stored_whatever_it_is(client, monkeypatch, path, status):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    first, second = (post(client, path) for _ in range(2))

    assert (first.status_code, second.status_code) == (status, status)
    assert second["Idempotent-Replayed"] == "true"
    assert texts() == (["once"] if status == 201 else [])


def test_with_atomic_requests_an_error_that_is_not_stored_rolls_the_request_back(client, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    scope = WriteNoteView.get_idempotency_scope

    def scope_with_a_trace(self, request):
        Note.objects.create(text="before the command")
        return scope(self, request)

    def refuse(self, request):
        self.permission_denied(request)

    monkeypatch.setattr(WriteNoteView, "get_idempotency_scope", scope_with_a_trace)
    monkeypatch.setattr(WriteNoteView, "to_command", refuse)

    assert post(client).status_code == 403
    assert texts() == []


def test_an_answer_with_characters_that_no_database_stores_is_repeated(client, monkeypatch):
    monkeypatch.setattr(LegacyNoteView, "to_body", lambda self, result: {"zero": "\0", "a": 1})

    first, second = (post(client, "/legacy/") for _ in range(2))

    assert second.content == first.content == b'{"zero":"\\u0000","a":1}'


def test_without_a_key_nothing_is_stored_and_no_query_more_is_asked(client, django_assert_num_queries):
    with django_assert_num_queries(3):  # begin, insert, commit
        client.post("/notes/", {"text": "plain"}, format="json")

    assert not IdempotentAnswer.objects.exists()
