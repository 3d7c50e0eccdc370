"""Errors: as RFC 9457 has them, or in the words of the endpoint that is replaced."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework.response import Response
from rest_framework.settings import api_settings

from cqrs_write import CommandRejected
from cqrs_write.models import LoggedCommand

from .notes.models import Note
from .notes.views import LegacyNoteView, RefuseNoteView, WriteNoteView

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


def post(client, path="/notes/", body=None, **headers):
    return client.post(path, {"text": "a"} if body is None else body, format="json", headers=headers)


def raw(client, body, path="/notes/", content_type="application/json"):
    return client.post(path, body, content_type=content_type)


def test_an_invalid_command_says_which_field_is_wrong(client):
    answer = post(client, body={"text": 3})

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert answer.json() == {
        "type": "urn:problem-type:gradual-cqrs:command-invalid",
        "title": "The command's fields are not as they must be",
        "status": 400,
        "detail": "notes.WriteNote: text: Input should be a valid string.",
    }


def test_a_rejected_command_has_its_line_and_its_fields(client, monkeypatch):
    monkeypatch.setattr(RefuseNoteView, "problem_json", True)

    answer = post(client, "/refused/")

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert answer.json() == {
        "type": "urn:problem-type:gradual-cqrs:command-rejected",
        "title": "The command is refused as things stand",
        "status": 400,
        "detail": "a is refused.",
        "errors": [{"pointer": "#/text", "detail": "a is refused."}],
    }
    assert not Note.objects.exists()


def test_what_a_serializer_refuses_has_a_pointer_to_each_field(client, monkeypatch):
    monkeypatch.setattr(LegacyNoteView, "problem_json", True)

    answer = post(client, "/legacy/", {"text": "much too long"})

    assert answer.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Ensure this field has no more than 10 characters.",
        "errors": [{"pointer": "#/text", "detail": "Ensure this field has no more than 10 characters."}],
    }


def test_an_error_of_the_rest_framework_keeps_its_headers(anonymous):
    answer = post(anonymous, "/bulk/", [{"text": "a"}])

    assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
    assert answer["WWW-Authenticate"]
    assert answer.json()["title"] == "Unauthorized"


@pytest.mark.parametrize(("error", "status"), [(Http404("gone"), 404), (PermissionDenied("not you"), 403)])
def test_an_error_of_djangos_is_a_problem_too(client, monkeypatch, error, status):
    def fail(self, request):
        raise error

    monkeypatch.setattr(WriteNoteView, "to_command", fail)

    answer = post(client)

    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["detail"]


def test_an_unexpected_error_is_left_to_the_server(client):
    answer = post(client, "/lost/")

    assert answer.status_code == 500
    assert answer["Content-Type"] != PROBLEM


def test_a_method_that_is_not_served_is_a_problem(client):
    answer = client.get("/notes/")

    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
    assert "POST" in answer["Allow"]


@pytest.mark.parametrize(
    "body", ["{", "[" * 100_000, '{"text": NaN}', "1" * 5000, b"\xff"], ids=lambda body: str(body[:10])
)
def test_a_body_that_is_no_json_is_a_400(client, body):
    answer = raw(client, body)

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a"}], ids=["plain", "keyed"])
@pytest.mark.parametrize("path", ["/notes/", "/bulk/"])
@pytest.mark.parametrize("depth", [100, 400, 800, 950, 990, 2000])
def test_however_deep_a_body_is_nested_it_is_no_server_error(client, path, depth, headers):
    nested = "[" * depth + "]" * depth
    body = f'{{"text": "a", "tags": {nested}}}'

    answer = client.post(
        path,
        f"[{body}]" if path == "/bulk/" else body,
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 400


def test_another_content_type_is_a_415(client):
    answer = raw(client, "text", content_type="text/plain")

    assert (answer.status_code, answer["Content-Type"]) == (415, PROBLEM)


@pytest.mark.parametrize("path", ["/notes/", "/legacy/"])
def test_a_body_beyond_djangos_limit_is_a_413(client, settings, path):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = post(client, path, {"text": "x" * 1000})

    assert (answer.status_code, answer["Content-Type"]) == (413, PROBLEM)
    assert "1000 bytes" in answer.json()["detail"]


def test_a_form_gives_its_fields_to_the_command(client):
    answer = client.post("/notes/", {"text": "by form", "reply_to": "3"})

    assert answer.status_code == 201


@pytest.mark.parametrize("prefer", ["", "respond-async"])
def test_a_lane_that_is_too_long_is_a_400(client, prefer):
    answer = post(client, body={"text": "a", "lane": "x" * 201}, Prefer=prefer)

    assert answer.status_code == 400
    assert "may have 200" in answer.json()["detail"]


@pytest.mark.parametrize("prefer", ["", "respond-async"])
@pytest.mark.parametrize(
    "fields",
    [
        '"text": "a\\u0000"',
        '"text": "\\ud800"',
        '"text": "a", "tags": [{"name": "\\u0000"}]',
        '"text": "a", "tags": [{"name": "b", "weight": 1e999}]',
        '"text": "a", "tags": [{"name": "b", "weight": "nan"}]',
    ],
)
def test_what_no_database_stores_is_a_400(client, fields, prefer):
    answer = client.post(
        "/notes/", f"{{{fields}}}", content_type="application/json", headers={"Prefer": prefer}
    )

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert not LoggedCommand.objects.exists()


def test_what_the_legacy_endpoint_may_answer_too_has_its_words(client):
    assert post(client, "/legacy/", {"text": "much too long"}).json() == {
        "text": ["Ensure this field has no more than 10 characters."]
    }
    assert post(client, "/refused/").json() == {"text": ["a is refused."]}
    for path, body in [("/legacy/", "{"), ("/refused/", "{")]:
        answer = raw(client, body, path)
        assert answer["Content-Type"] == "application/json"
        assert list(answer.json()) == ["detail"]


def test_what_no_legacy_endpoint_answers_is_a_problem_there_too(client):
    answer = post(client, "/legacy/", **{"Idempotency-Key": "a b"})

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_the_projects_exception_handler_is_asked_and_its_headers_stay(client, monkeypatch):
    asked = []

    def handler(error, context):
        asked.append(error)
        return Response({"wrapped": str(error)}, status=400, headers={"X-Incident": "17"})

    monkeypatch.setattr(WriteNoteView, "get_exception_handler", lambda self: handler)

    answer = post(client, body={"text": 3})

    assert len(asked) == 1
    assert (answer["X-Incident"], answer["Content-Type"]) == ("17", PROBLEM)
    assert "wrapped" not in answer.json()


def test_a_problem_is_json_whatever_the_client_accepts(client):
    answer = post(client, body={"text": 3}, Accept="text/html")

    assert answer["Content-Type"] == PROBLEM
    assert json.loads(answer.content)["status"] == 400


def test_a_rejection_without_detail_has_one_error(client, monkeypatch):
    def reject(self, request):
        raise CommandRejected("Not today.")

    monkeypatch.setattr(WriteNoteView, "to_command", reject)

    assert post(client).json()["errors"] == [{"pointer": "#", "detail": "Not today."}]


def test_the_projects_own_words_for_errors_of_no_field_concern_all(client, monkeypatch):
    def reject(self, request):
        raise CommandRejected("No.", detail={api_settings.NON_FIELD_ERRORS_KEY: ["No."]})

    monkeypatch.setattr(WriteNoteView, "to_command", reject)

    assert post(client).json()["errors"] == [{"pointer": "#", "detail": "No."}]
