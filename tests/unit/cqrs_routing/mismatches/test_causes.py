"""Causes: several bugs at once are told apart as soon as some have been seen by themselves."""

import pytest

from cqrs_routing.comparison import kind_from
from cqrs_routing.mismatches.causes import causes_of, rest_of

STATUS, TOTAL, NOTE = (f"results[].{name} changed" for name in ("status", "total", "note"))
ROWS, COUNT = "results[] missing", "count changed"
CUSTOMER, CITY = "results[].customer.* changed", "results[].customer.city changed"


def kind(*parts):
    return kind_from(sorted(part.rsplit(" ", 1) for part in parts))


def taken_apart(parts, *known):
    causes = causes_of(kind(*parts), [kind(*one) for one in known])
    return set(causes.known), causes.rest


@pytest.mark.parametrize(
    ("parts", "known", "shown", "rest"),
    [
        ([STATUS], [], [], [STATUS]),
        ([STATUS, TOTAL], [[STATUS]], [[STATUS]], [TOTAL]),
        ([STATUS, TOTAL, NOTE], [[STATUS], [NOTE]], [[STATUS], [NOTE]], [TOTAL]),
        ([STATUS, TOTAL], [[STATUS], [TOTAL]], [[STATUS], [TOTAL]], None),
        ([STATUS, TOTAL], [[STATUS, NOTE]], [], [STATUS, TOTAL]),
        ([STATUS, CITY], [[CUSTOMER]], [[CUSTOMER]], [STATUS]),
        ([ROWS, COUNT], [[COUNT]], [], [ROWS, COUNT]),
    ],
)
def test_what_is_known_is_taken_out(parts, known, shown, rest):
    assert taken_apart(parts, *known) == ({kind(*one) for one in shown}, kind(*rest) if rest else None)


@pytest.mark.parametrize(
    ("wider", "parts", "rest"),
    [
        ([STATUS, TOTAL], [STATUS], [TOTAL]),
        ([STATUS, TOTAL, NOTE], [NOTE, STATUS], [TOTAL]),
        ([STATUS, TOTAL], [STATUS, TOTAL], None),
        ([STATUS, TOTAL], [NOTE], None),
        ([STATUS, TOTAL], [STATUS, NOTE], None),
        ([CUSTOMER], [CITY], None),
        ([ROWS, COUNT], [COUNT], None),
        ([CITY, TOTAL], [CUSTOMER], [TOTAL]),
    ],
)
def test_what_was_seen_by_itself_is_no_part_of_another_cause(wider, parts, rest):
    assert rest_of(kind(*wider), kind(*parts)) == (kind(*rest) if rest else None)
