"""HTTP requests, over kept connections above all."""

import http.client

import pytest
import requests

from cqrs_routing.sandbox.refusal import EffectRefused

from .keeping import found, kept_in


@pytest.fixture
def url(server):
    return "http://{}:{}/path".format(*server.server_address)


def test_a_request_over_a_connection_that_was_open_before_is_refused(server, url):
    client = http.client.HTTPConnection(*server.server_address)
    client.request("GET", "/before")
    client.getresponse().read()
    with kept_in() as recorded, pytest.raises(EffectRefused):
        client.request("POST", "/path?secret=1", body=b"{}")
    client.request("GET", "/after")
    client.getresponse().read()
    client.close()
    assert server.requests == ["/before", "/after"]
    assert found(recorded) == [("http", "POST " + url.removeprefix("http:"))]


def test_a_session_of_requests_is_refused_and_goes_on_afterwards(server, url):
    with requests.Session() as session:
        session.get(url)
        with kept_in() as recorded, pytest.raises(requests.ConnectionError):
            session.post(url, params={"secret": 1}, json={})
        session.get(url)
    assert server.requests == ["/path", "/path"]
    assert found(recorded) == [("http", f"POST {url}")]


def test_bytes_sent_past_the_request_are_refused(server):
    client = http.client.HTTPConnection(*server.server_address)
    client.connect()
    with kept_in() as recorded, pytest.raises(EffectRefused):
        client.send(b"GET / HTTP/1.0\r\n\r\n")
    client.close()
    assert found(recorded) == [("http", "send by HTTPConnection to 127.0.0.1")]


def test_another_thread_is_served(server, url, in_thread):
    with kept_in():
        assert in_thread(lambda: requests.get(url).status_code) == 204
    assert server.requests == ["/path"]
