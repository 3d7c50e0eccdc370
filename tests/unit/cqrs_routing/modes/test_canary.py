"""Canaries: who is in, and that growing keeps them in."""

from decimal import Decimal

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.modes.canary import PLACES, Canary, client_of, place

ENDPOINT = Endpoint(name="GET orders:order-list", view=print, kind="read")
CLIENTS = [f"Token {number:040x}" for number in range(4000)]


def request(**headers):
    return RequestFactory().get("/", headers=headers)


def members(percent, endpoint=ENDPOINT):
    canary = Canary(percent=Decimal(percent))
    return {client for client in CLIENTS if canary.includes(request(authorization=client), endpoint)}


@pytest.mark.parametrize("percent", ["1", "5", "25", "62.5"])
def test_a_percentage_is_about_that_share_of_the_clients(percent):
    assert len(members(percent)) / len(CLIENTS) == pytest.approx(float(percent) / 100, abs=0.02)


def test_nobody_and_everybody():
    assert members("0") == set()
    assert members("100") == set(CLIENTS)


def test_a_client_is_in_every_time_or_never():
    assert members("25") == members("25")


def test_growing_keeps_those_who_are_in():
    assert members("5") < members("25") < members("60")


def test_not_the_same_clients_are_the_first_everywhere():
    other = Endpoint(name="GET orders:product-list", view=print, kind="read")
    both = members("25") & members("25", other)
    assert len(both) / len(CLIENTS) == pytest.approx(1 / 16, abs=0.02)


@given(salt=st.text(), client=st.text())
def test_every_client_has_a_place(salt, client):
    assert 0 <= place(salt, client) < PLACES


def test_a_client_is_told_by_its_credentials_then_its_session_then_its_address(settings):
    bare = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1")
    assert client_of(bare) == "10.0.0.1"
    forwarded = RequestFactory().get("/", headers={"x-forwarded-for": "203.0.113.7"})
    assert client_of(forwarded) == "203.0.113.7"
    forwarded.COOKIES[settings.SESSION_COOKIE_NAME] = "abc"
    assert client_of(forwarded) == "abc"
    forwarded.META["HTTP_AUTHORIZATION"] = "Token x"
    assert client_of(forwarded) == "Token x"


@pytest.mark.parametrize(
    ("header", "sent", "is_in"),
    [
        ("X-Canary", {"x-canary": "whatever"}, True),
        ("X-Canary: yes", {"x-canary": "yes"}, True),
        ("X-Canary: yes", {"x-canary": "no"}, False),
        ("X-Canary", {}, False),
    ],
)
def test_a_header_lets_in(header, sent, is_in):
    assert Canary(header=header).includes(request(**sent), ENDPOINT) is is_in


def with_cohort(cohort):
    return Endpoint(name=ENDPOINT.name, view=print, kind="read", cohort=cohort)


def test_a_cohort_moves_together():
    endpoint = with_cohort(lambda request: request.headers["x-tenant"])
    canary = Canary(percent=Decimal(50))
    tenants = [f"tenant {number}" for number in range(100)]
    by_tenant = {
        tenant: {
            canary.includes(request(x_tenant=tenant, authorization=client), endpoint)
            for client in CLIENTS[:5]
        }
        for tenant in tenants
    }
    assert all(len(answers) == 1 for answers in by_tenant.values())
    assert {answer for answers in by_tenant.values() for answer in answers} == {True, False}


def test_a_cohort_may_say_itself_who_is_in():
    some = Canary(percent=Decimal(1))
    assert some.includes(request(), with_cohort(lambda request: True))
    assert not Canary(percent=Decimal(100)).includes(request(), with_cohort(lambda request: False))


def test_where_a_cohort_says_nothing_the_client_counts():
    endpoint = with_cohort(lambda request: None)
    assert members("25", endpoint) == members("25")


def test_it_is_described_in_a_line():
    canary = Canary(percent=Decimal("12.50"), users=("1",), groups=(2, 3), header="X-Canary")
    assert str(canary) == "12.5 %, 1 user, 2 groups, header X-Canary"
    assert Canary.from_json(canary.as_json) == canary
    assert str(Canary()) == "0 %"
