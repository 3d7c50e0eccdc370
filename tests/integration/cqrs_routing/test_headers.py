"""The Server-Timing header: which side served a routed request, and at what cost."""

import re
from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.serving.query_count import count_query, counting
from cqrs_routing.testing import endpoint_in_mode

from .clients import ask

pytestmark = pytest.mark.django_db


def three_queries(request):
    for _ in range(3):
        Group.objects.exists()
    return HttpResponse("done")


async def two_queries(request):
    for _ in range(2):
        await Group.objects.aexists()
    return HttpResponse("done")


@pytest.fixture(params=["wsgi", "asgi"])
def get(request, project, settings):
    """Ask for a path with the header switched on."""
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": True}
    return partial(ask, request.param)


def timing(response):
    """Side and queries of the header."""
    form = r'side;desc="(\w+)", db;dur=[\d.]+;desc="(\d+) (?:query|queries)", total;dur=[\d.]+'
    [(side, queries)] = re.findall(form, response["Server-Timing"])
    return side, int(queries)


def declare(name, view):
    endpoints.replace(tuple(one for one in endpoints.declared if one.name != name))
    endpoints.read(name, view=view)


@pytest.mark.parametrize(("view", "queries"), [(three_queries, 3), (two_queries, 2)])
def test_the_queries_of_the_candidate_are_counted(get, view, queries):
    declare("GET routed:class", view)
    with endpoint_in_mode("GET routed:class", "cqrs"):
        assert timing(get("/routed/class/")) == ("cqrs", queries)


def test_the_legacy_side_is_measured_too(get):
    assert timing(get("/routed/class/")) == ("legacy", 0)


def test_a_view_that_fails_is_measured_too(get):
    with endpoint_in_mode("GET routed:fails", "cqrs"):
        response = get("/routed/fails/")
    assert response.status_code == 500
    assert timing(response) == ("cqrs", 0)


def test_an_unrouted_request_has_no_header(get):
    assert "Server-Timing" not in get("/unrouted/")


def test_nothing_is_counted_after_the_request(get):
    get("/routed/class/")
    assert counting.get() is None


@pytest.mark.usefixtures("project")
def test_there_is_no_header_unless_it_is_wanted():
    assert "Server-Timing" not in Client().get("/routed/class/")


def test_every_connection_counts_below_the_wrappers_of_others():
    from django.db import connection

    Group.objects.exists()
    assert connection.execute_wrappers[0] is count_query
    assert connection.execute_wrappers.count(count_query) == 1
