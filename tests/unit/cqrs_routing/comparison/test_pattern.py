"""Patterns: how rules name parts of a body."""

import pytest

from cqrs_routing.comparison.pattern import entered, reached, state
from cqrs_routing.exceptions import MalformedRules

ELEMENT = None


def names(pattern, *steps):
    """Whether ``pattern`` names the place that ``steps`` lead to."""
    at = state([pattern])
    for step in steps:
        at = entered(at, step)
    return reached(at)


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("etag", ["etag"]),
        ("meta.etag", ["meta", "etag"]),
        ("results[].updated_at", ["results", ELEMENT, "updated_at"]),
        ("[].id", [ELEMENT, "id"]),
        ("matrix[][]", ["matrix", ELEMENT, ELEMENT]),
        ("meta.*", ["meta", "anything"]),
        ("**.etag", ["etag"]),
        ("**.etag", ["results", ELEMENT, "meta", "etag"]),
        ("results.**", ["results"]),
        ("results.**.id", ["results", ELEMENT, "customer", "id"]),
        ("**", []),
        ('prices."1.5 l"', ["prices", "1.5 l"]),
        ('"*"', ["*"]),
        ("Preis_in_€", ["Preis_in_€"]),
    ],
)
def test_a_pattern_names_a_place(pattern, steps):
    assert names(pattern, *steps)


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("etag", []),
        ("etag", ["meta", "etag"]),
        ("meta.*", ["meta"]),
        ("meta.*", ["meta", ELEMENT]),
        ("results[].id", ["results", "id"]),
        ("results[].id", ["results", ELEMENT, "customer", "id"]),
        ("**.etag", ["etag", "other"]),
        ('"*"', ["anything"]),
    ],
)
def test_a_pattern_does_not_name_another_place(pattern, steps):
    assert not names(pattern, *steps)


@pytest.mark.parametrize(
    "nonsense",
    ["", ".", "a.", ".a", "a..b", "a b", "results[0]", "results[", "a[]b", "foo*", '"', '"\\x"', None, 7],
)
def test_nonsense_is_refused_by_its_name(nonsense):
    with pytest.raises(MalformedRules) as refusal:
        state([nonsense])
    assert repr(nonsense) in str(refusal.value)
    assert "'results[].updated_at'" in str(refusal.value)
