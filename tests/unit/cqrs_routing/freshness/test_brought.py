"""What a request brings in its header and its cookie."""

import pytest
from django.test import RequestFactory

from cqrs_routing.freshness.brought import State, brought
from cqrs_write.freshness import Token, short_name

HERE, THERE = (short_name(alias, "x") for alias in ("here", "there"))


def request(*, header=None, cookie=None, name="cqrs_freshness"):
    factory = RequestFactory()
    if cookie is not None:
        factory.cookies[name] = cookie
    return factory.get("/", headers={} if header is None else {"Freshness-Token": header})


def text(**numbers):
    return str(
        Token(numbers={{"here": HERE, "there": THERE}[name]: number for name, number in numbers.items()})
    )


def test_most_bring_nothing():
    assert brought(request()) == (none := brought(request(header="")))
    assert (none.token, none.state) == (None, State.ABSENT)


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_a_token_is_found_in_either_place(place):
    came = brought(request(**{place: text(here=7)}))
    assert (came.token, came.state) == (Token(numbers={HERE: 7}), State.VALID)


def test_of_header_and_cookie_the_greater_number_counts():
    came = brought(request(header=text(here=7, there=1), cookie=text(here=3, there=5)))
    assert came.token == Token(numbers={HERE: 7, THERE: 5})


def test_a_header_may_have_several():
    came = brought(request(header=f"{text(here=7)}, {text(there=5)},"))
    assert came.token == Token(numbers={HERE: 7, THERE: 5})


@pytest.mark.parametrize(
    "header", ["x", "é", text(here=7)[:-1], "," * 5_000, text(here=7) + "\x00", "a:b," * 999]
)
def test_a_forged_one_counts_for_nothing(header):
    came = brought(request(header=header))
    assert came.token is None
    assert came.state in (State.FORGED, State.ABSENT)


def test_a_forged_header_takes_nothing_from_the_cookie():
    came = brought(request(header="forged", cookie=text(here=7)))
    assert (came.token, came.state) == (Token(numbers={HERE: 7}), State.VALID)


def test_the_cookie_is_called_as_the_settings_say(settings):
    settings.CQRS_ROUTING = {"FRESHNESS_COOKIE": "seen"}
    assert brought(request(cookie=text(here=7), name="seen")).token == Token(numbers={HERE: 7})
    assert brought(request(cookie=text(here=7))).token is None
    settings.CQRS_ROUTING = {"FRESHNESS_COOKIE": ""}
    assert brought(request(cookie=text(here=7), name="seen")).token is None
