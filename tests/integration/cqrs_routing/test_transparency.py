"""A routed candidate is answered as the same view mounted directly: by Django's own handler."""

from dataclasses import dataclass

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import Group
from django.db import connections, transaction

from cqrs_routing.testing import endpoint_in_mode

from .clients import ask, body_of
from .views import VIEWS

pytestmark = pytest.mark.django_db


@dataclass
class Outcome:
    """All that a client and the database can tell of a request."""

    status: int
    body: bytes
    headers: dict
    cookies: str
    error: str
    written: bool


@pytest.fixture(params=["wsgi", "asgi"])
def handler(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["autocommit", "atomic"])
def atomic_requests(request, monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", request.param)
    return request.param


@pytest.fixture
def outcome(handler):
    """Ask for a path by a client of its own, and undo what it wrote."""

    def outcome_of(path, method="GET", **client_options):
        with transaction.atomic():
            response = ask(handler, path, method, **client_options)
            body = body_of(response)
            written = Group.objects.filter(name="written").exists()
            transaction.set_rollback(True)
        return Outcome(
            status=response.status_code,
            body=body,
            headers=dict(response.headers),
            cookies=response.cookies.output(),
            error=repr(response.exc_info[1]) if response.exc_info else "",
            written=written,
        )

    return outcome_of


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", VIEWS)
def test_routed_is_as_direct(name, method, handler, atomic_requests, outcome):
    direct = outcome(f"/direct/{name}/", method)
    with endpoint_in_mode(f"{method} routed:{name}", "cqrs"):
        assert outcome(f"/routed/{name}/", method) == direct


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("name", ["ok", "exempt", "api", "writes"])
def test_csrf_is_enforced_as_it_was(name, handler, outcome):
    direct = outcome(f"/direct/{name}/", "POST", enforce_csrf_checks=True)
    with endpoint_in_mode(f"POST routed:{name}", "cqrs"):
        routed = outcome(f"/routed/{name}/", "POST", enforce_csrf_checks=True)
    assert (routed.status, routed.written) == (direct.status, direct.written)
    assert (direct.status == 403) == (name in {"ok", "writes"})


@pytest.mark.parametrize(("legacy", "candidate"), [("ok", "exempt"), ("exempt", "ok")])
def test_the_csrf_mark_of_the_legacy_view_counts(project, legacy, candidate, outcome):
    name = f"POST routed:{legacy}"
    project.replace(())
    project.write(name, view=VIEWS[candidate])
    in_legacy = outcome(f"/routed/{legacy}/", "POST", enforce_csrf_checks=True)
    with endpoint_in_mode(name, "cqrs"):
        in_cqrs = outcome(f"/routed/{legacy}/", "POST", enforce_csrf_checks=True)
    assert in_cqrs.status == in_legacy.status == (403 if legacy == "ok" else 200)


@pytest.mark.usefixtures("project")
def test_arguments_of_the_url_reach_the_candidate(outcome):
    with endpoint_in_mode("GET keyed", "cqrs"):
        assert outcome("/routed/keyed/a-1/") == outcome("/direct/keyed/a-1/")


@pytest.mark.usefixtures("project")
def test_head_is_served_as_get_is(outcome):
    with endpoint_in_mode("GET routed:ok", "cqrs"):
        assert outcome("/routed/ok/", "HEAD") == outcome("/direct/ok/", "HEAD")


@pytest.mark.usefixtures("project", "atomic_requests")
def test_in_legacy_the_legacy_view_answers(outcome):
    assert b'"side": "legacy"' in outcome("/routed/ok/").body


@pytest.mark.usefixtures("project")
def test_another_method_of_the_view_stays_with_legacy(outcome):
    with endpoint_in_mode("GET routed:exempt", "cqrs"):
        assert b'"side": "legacy"' in outcome("/routed/exempt/", "POST").body
        assert b'"side": "legacy"' in outcome("/routed/exempt/", "OPTIONS").body


def test_the_candidates_are_synchronous_and_not():
    kinds = {bool(iscoroutinefunction(view)) for view in VIEWS.values()}
    assert kinds == {True, False}
