"""Two sides that do the same are the same, whatever keys and clocks they have; those that do not are not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cqrs_routing.rehearsal.comparison import compare
from tests.unit.cqrs_routing.rehearsal.shop import NOON, Order, Shopping, recording

SKUS = st.sampled_from(["A", "B", "C"])
CUSTOMERS = st.integers(1, 3)

ORDERS = st.builds(
    Order,
    customer=CUSTOMERS,
    status=st.sampled_from(["new", "paid"]),
    note=st.sampled_from(["", "Ring twice", "a fragile one"]),
    lines=st.lists(st.tuples(SKUS, st.integers(1, 9)), max_size=3).map(tuple),
    payments=st.lists(st.sampled_from(["card", "cash"]), max_size=2).map(tuple),
    logged=st.booleans(),
)
SHOPPINGS = st.builds(
    Shopping,
    orders=st.lists(ORDERS, max_size=4).map(tuple),
    touched=st.sets(CUSTOMERS).map(tuple),
    stock=st.dictionaries(SKUS, st.integers(0, 9)),
    gone=st.sets(st.sampled_from(["X", "Y"])).map(tuple),
)


@st.composite
def sides(draw: st.DrawFn) -> dict[str, Any]:
    """How a side differs that does the same: the keys that it gives, its time, the order of its writes."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    keys = chance.sample(range(10_000, 99_999), 200)
    return {
        "spread": keys.__getitem__,
        "began": NOON + timedelta(milliseconds=draw(st.integers(0, 5_000_000))),
        "order": lambda rows: chance.sample(rows, len(rows)),
    }


@given(SHOPPINGS, sides(), sides())
@settings(deadline=None)
def test_the_same_writes_are_the_same(shopping: Shopping, one: dict[str, Any], other: dict[str, Any]) -> None:
    verdict = compare(recording(shopping, **one), recording(shopping, **other))

    assert (verdict.outcome, verdict.findings) == ("same", ())


@st.composite
def flaws(draw: st.DrawFn) -> tuple[Shopping, Shopping]:
    """What should be written, and what is written with one thing wrong."""
    right = draw(SHOPPINGS.filter(lambda shopping: bool(shopping.orders)))
    place = draw(st.integers(0, len(right.orders) - 1))
    order = right.orders[place]
    wrong = draw(
        st.sampled_from(
            [
                replace(order, status="lost"),
                replace(order, note=f"{order.note} not really"),
                replace(order, customer=order.customer + 10),
                replace(order, lines=(*order.lines, ("A", 1))),
                replace(
                    order, lines=tuple((sku, quantity + 1) for sku, quantity in order.lines) or (("A", 1),)
                ),
                replace(order, payments=order.payments[:-1] if order.payments else ("card",)),
                replace(order, logged=not order.logged),
                None,
            ]
        )
    )
    orders = (*right.orders[:place], *([wrong] if wrong else []), *right.orders[place + 1 :])
    return right, replace(right, orders=orders)


@given(flaws(), sides(), sides(), st.booleans())
@settings(deadline=None)
def test_a_flaw_is_found(
    flaw: tuple[Shopping, Shopping], one: dict[str, Any], other: dict[str, Any], handlers: bool
) -> None:
    right, wrong = flaw
    ours, theirs = (wrong, right) if handlers else (right, wrong)

    assert compare(recording(ours, **one), recording(theirs, **other)).outcome == "different"


@given(SHOPPINGS, sides(), sides(), st.sampled_from(["touched", "stock", "gone"]))
@settings(deadline=None)
def test_a_change_of_known_rows_that_is_left_out_is_found(
    shopping: Shopping, one: dict[str, Any], other: dict[str, Any], left_out: str
) -> None:
    right = replace(shopping, touched=(1,), stock={"A": 5}, gone=("X",))
    wrong = replace(right, **{left_out: type(getattr(right, left_out))()})

    missing = compare(recording(wrong, **one), recording(right, **other))
    extra = compare(recording(right, **one), recording(wrong, **other))

    verb = "delete" if left_out == "gone" else "update"
    assert [finding.problem for finding in missing.findings] == [f"{verb} missing"]
    assert [finding.problem for finding in extra.findings] == [f"{verb} extra"]
