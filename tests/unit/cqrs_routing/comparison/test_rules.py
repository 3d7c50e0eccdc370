"""Rules: those that make no sense are refused, and sensitive names are known."""

import pytest

from cqrs_routing.comparison import Rules, compare
from cqrs_routing.exceptions import MalformedRules

from .answers import answer


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        ({"ignore": ("results[0]",)}, "'results[0]' is no path"),
        ({"unordered": ("a..b",)}, "'a..b' is no path"),
        ({"ignore": "etag"}, "write ignore=('etag',)"),
        ({"headers": "Allow"}, "write headers=('Allow',)"),
        ({"tolerance": -1}, "not -1"),
        ({"tolerance": "much"}, "not 'much'"),
        ({"tolerance": float("nan")}, "not nan"),
        ({"normalise": "lower"}, "not 'lower'"),
        ({"body_limit": -1}, "not -1"),
    ],
)
def test_nonsense_is_refused_when_it_is_used(rules, complaint):
    faulty = Rules(**rules)
    with pytest.raises(MalformedRules) as refusal:
        compare(answer({}), answer({}), faulty)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "accessToken",
        "X-API-Key",
        "csrfmiddlewaretoken",
        "Set-Cookie",
        "client_secret",
    ],
)
def test_names_like_those_of_secrets_are_always_sensitive(name):
    assert Rules().hides(name)


@pytest.mark.parametrize("name", ["id", "status", "key", "passenger", "total"])
def test_other_names_are_not(name):
    assert not Rules().hides(name)


def test_further_names_are_sensitive_however_they_are_written():
    rules = Rules(sensitive=("date_of_birth",))
    assert rules.hides("dateOfBirth")
    assert rules.hides("Date-Of-Birth")
    assert rules.hides("password")
    assert not rules.hides("birth")
