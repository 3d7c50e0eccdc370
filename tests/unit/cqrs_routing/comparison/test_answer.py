"""Answers: made from responses and exceptions, and carried as JSON."""

import json

import pytest
from django.http import Http404, HttpResponse, JsonResponse

from cqrs_routing.comparison import Answer

from .answers import answer


def test_a_response_is_status_headers_and_body():
    made = Answer.from_response(JsonResponse({"id": 1}, status=201, headers={"Location": "/orders/1/"}))
    assert (made.status, made.body, made.error) == (201, b'{"id": 1}', "")
    assert made.headers["location"] == "/orders/1/"


def test_headers_are_looked_up_in_whatever_case():
    made = Answer.from_response(HttpResponse(headers={"X-Request-ID": "7"}))
    assert made.headers["x-request-id"] == made.headers["X-REQUEST-ID"] == "7"


def test_an_exception_is_told_by_where_its_class_is_defined():
    assert Answer.from_exception(Http404("orders")).error == "django.http.response.Http404"


@pytest.mark.parametrize("body", [b"", b'{"id": 1}', "Grüße".encode(), b"\x89PNG\x00\xff", b"\0"])
def test_an_answer_travels_as_json(body):
    sent = answer(body, status=404, Link="</orders/>")
    assert Answer.from_dict(json.loads(json.dumps(sent.to_dict()))) == sent


def test_text_travels_as_text():
    assert answer("Grüße").to_dict()["body"] == "Grüße"


@pytest.mark.parametrize(
    ("content_type", "says_json"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/problem+json", True),
        ("text/html", False),
        ("application/jsonlines", False),
        ("", False),
    ],
)
def test_the_content_type_says_whether_it_is_json(content_type, says_json):
    assert answer("", content_type=content_type).says_json is says_json


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Grüße".encode(), "text/plain", "Grüße"),
        ("Grüße".encode("latin-1"), 'text/plain; charset="ISO-8859-1"', "Grüße"),
        ("Grüße".encode("latin-1"), "text/plain", None),
        (b"plain", "text/plain; charset=klingon", None),
        (b"\x00\x01", "application/octet-stream", None),
    ],
)
def test_a_body_is_text_where_it_can_be_read(body, content_type, text):
    assert answer(body, content_type=content_type).text == text
