"""The middleware where something is not as it should be."""

import logging
from functools import partial

import pytest

from cqrs_routing.testing import endpoint_in_mode

from .clients import ask

NAME = "GET routed:ok"
LEGACY = {"side": "legacy", "method": "GET"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("project")]


@pytest.fixture(params=["wsgi", "asgi"])
def get(request):
    return partial(ask, request.param)


def test_an_error_of_the_decision_leaves_the_request_to_legacy(get, monkeypatch, caplog):
    monkeypatch.setattr("cqrs_routing.middleware.decide", lambda state: 1 / 0)
    with endpoint_in_mode(NAME, "cqrs"):
        assert get("/routed/ok/").json() == LEGACY
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        f"{NAME}: the decision failed, legacy serves."
    ]


def test_a_setting_that_does_not_exist_leaves_the_request_to_legacy(get, settings, caplog):
    settings.CQRS_ROUTING = {"RESPONSE_HEADER": True}
    with endpoint_in_mode(NAME, "cqrs"):
        assert get("/routed/ok/").json() == LEGACY
    assert "CQRS_ROUTING has no key RESPONSE_HEADER" in caplog.text


def test_elsewhere_than_last_it_leaves_every_request_to_legacy(get, settings, caplog):
    *others, routing = settings.MIDDLEWARE
    settings.MIDDLEWARE = [routing, *others]
    with endpoint_in_mode(NAME, "cqrs"):
        assert get("/routed/ok/").json() == LEGACY
    assert "must be the last in MIDDLEWARE" in caplog.text


@pytest.mark.parametrize("name", ["ok", "ok_async"])
def test_a_tool_that_wraps_the_middleware_does_not_disturb_it(get, settings, name):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:-1], f"{__package__}.middleware.Wrapped"]
    with endpoint_in_mode(f"GET routed:{name}", "cqrs"):
        assert get(f"/routed/{name}/").json()["key"] == "none"
