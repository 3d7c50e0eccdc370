"""The answers of both sides: generated keys and clocks differ, and nothing else may."""

import json
from typing import Any

import pytest

from cqrs_routing.comparison import Answer, Rules
from cqrs_routing.rehearsal.answers import differing
from cqrs_routing.rehearsal.comparison import sameness
from tests.unit.cqrs_routing.rehearsal.shop import Order, Shopping, later, recording

BOUGHT = Shopping(orders=(Order(lines=(("A", 1), ("B", 2))),))


def paths(handler: Any, legacy: Any, *, first: int) -> list[str]:
    """Where the answers differ; the handler gives the keys from ``first`` on, legacy those after its."""
    same = sameness(
        recording(BOUGHT, spread=lambda number: first - 1 + number),
        recording(BOUGHT, began=later(seconds=1), spread=lambda number: first + 2 + number),
    )
    return [str(one.path) for one in differing(answer(legacy), answer(handler), Rules(), same)]


def answer(body: Any) -> Answer:
    return Answer(status=201, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


def order(key: int, **changes: Any) -> dict[str, Any]:
    lines = [{"id": key + 1, "sku": "A"}, {"id": key + 2, "sku": "B"}]
    return {"id": key, "number": f"R-{key:05}", "customer": {"id": 1}, "lines": lines, **changes}


@pytest.mark.parametrize("first", [1, 2, 500, 70_000])
def test_keys_that_were_generated_may_differ(first: int) -> None:
    assert paths(order(first), order(first + 3), first=first) == []


@pytest.mark.parametrize("first", [1, 2, 500, 70_000])
@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"customer": {"id": 9}}, "customer.id"),
        ({"customer": None}, "customer"),
        ({"number": "R-77777"}, "number"),
        ({"note": "more"}, "note"),
    ],
)
def test_another_value_is_told(wrong: dict[str, Any], path: str, first: int) -> None:
    assert paths(order(first, **wrong), order(first + 3), first=first) == [path]


@pytest.mark.parametrize("first", [1, 500])
def test_another_value_within_a_list_is_told(first: int) -> None:
    lines = [{"id": first + 1, "sku": "A"}, {"id": first + 2, "sku": "C"}]
    assert len(paths(order(first, lines=lines), order(first + 3), first=first)) == 1


def test_a_number_that_was_generated_stands_for_an_old_row_as_well() -> None:
    handler = order(1, text="Order 1 of customer 1", customers=[{"id": 1, "order_ids": [1]}])
    legacy = order(4, text="Order 4 of customer 1", customers=[{"id": 1, "order_ids": [4]}])
    assert paths(handler, legacy, first=1) == []
