"""Copies of requests: of what a server hands over, with its streams and sockets, and with nothing shared."""

import socket
import sys
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from cqrs_routing.rehearsal.request_copy import LARGEST, NotCopied, copied

BODY = b'{"customer": 1}'


def served(**environ):
    """A request as a WSGI server makes it."""
    made = RequestFactory().post("/", BODY, content_type="application/json").environ
    return WSGIRequest({**made, "wsgi.input": BytesIO(BODY), "wsgi.errors": sys.stderr, **environ})


def test_a_servers_streams_and_sockets_are_no_obstacle():
    with socket.socket() as raw:
        request = served(**{"gunicorn.socket": raw})
        clone = copied(request)
    assert clone.META["gunicorn.socket"] is raw
    assert clone.META["wsgi.errors"] is sys.stderr


def test_both_have_the_whole_body():
    request = served()
    clone = copied(request)
    assert (clone.read(), clone.body, request.read(), request.body) == (BODY, BODY, BODY, BODY)


def test_what_is_done_to_the_copy_is_not_done_to_the_request():
    request = served()
    request.tenant = {"name": "acme"}
    clone = copied(request)
    clone.META["HTTP_X_SEEN"] = "yes"
    clone.tenant["name"] = "another"
    assert "HTTP_X_SEEN" not in request.META
    assert request.tenant == {"name": "acme"}


def test_an_upload_is_not_read_twice():
    with pytest.raises(NotCopied):
        copied(served(CONTENT_LENGTH=str(LARGEST + 1)))


def test_the_copy_has_no_preferences():
    request = served(HTTP_PREFER="respond-async, wait=5")
    assert request.headers["Prefer"]
    assert "Prefer" not in copied(request).headers
    assert request.headers["Prefer"] == "respond-async, wait=5"
