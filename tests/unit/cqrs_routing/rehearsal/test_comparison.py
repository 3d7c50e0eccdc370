"""What each difference is called, and when nothing can be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cqrs_routing.rehearsal.changes import Change
from cqrs_routing.rehearsal.comparison import compare
from cqrs_routing.rehearsal.finding import Finding
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.rehearsal.run import Run
from cqrs_routing.rehearsal.shape import Shape
from tests.unit.cqrs_routing.rehearsal.shop import NOON, Order, Shopping, later, recording

RIGHT = Shopping(
    orders=(Order(lines=(("A", 1), ("B", 2)), payments=("card",), logged=True),), touched=(1,), stock={"A": 4}
)
(ORDER,) = RIGHT.orders


def legacys(shopping: Shopping = RIGHT, **more: Any) -> Recording:
    return recording(shopping, began=later(seconds=1), spread=lambda number: 20_000 + number, **more)


def handlers(shopping: Shopping = RIGHT, **more: Any) -> Recording:
    return recording(shopping, **more)


def kinds(handler: Shopping, legacy: Shopping = RIGHT, **options: Any) -> list[str]:
    return [finding.kind for finding in compare(handlers(handler), legacys(legacy), **options).findings]


WRONG = {
    "shop_line: row missing": replace(ORDER, lines=(("A", 1),)),
    "shop_line: row extra": replace(ORDER, lines=(("A", 1), ("B", 2), ("B", 2))),
    "shop_line.sku: wrong value": replace(ORDER, lines=(("A", 1), ("C", 2))),
    "shop_order.status: wrong value": replace(ORDER, status="paid"),
    "shop_payment.method: wrong value": replace(ORDER, payments=("cash",)),
    "shop_log: row missing": replace(ORDER, logged=False),
}


@pytest.mark.parametrize("kind", WRONG)
def test_an_insert_that_went_wrong_is_named(kind: str) -> None:
    assert kinds(replace(RIGHT, orders=(WRONG[kind],))) == [kind]


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"stock": {"A": 3}}, "shop_product.stock: wrong value"),
        ({"stock": {}}, "shop_product: update missing"),
        ({"stock": {"A": 4, "B": 0}}, "shop_product: update extra"),
        ({"touched": ()}, "shop_customer: update missing"),
        ({"gone": ("X",)}, "shop_product: delete extra"),
    ],
)
def test_a_known_row_that_went_wrong_is_named(wrong: dict[str, Any], kind: str) -> None:
    assert kinds(replace(RIGHT, **wrong)) == [kind]


def test_a_finding_has_its_values() -> None:
    verdict = compare(handlers(replace(RIGHT, stock={"A": 3})), legacys())

    assert verdict.findings == (
        Finding(
            table="shop_product",
            problem="wrong value",
            column="stock",
            key=("A",),
            old=1_000_000,
            handler=3,
            legacy=4,
        ),
    )
    assert verdict.kinds == ("shop_product.stock: wrong value",)


def test_a_missing_row_comes_whole() -> None:
    (finding,) = compare(handlers(replace(RIGHT, orders=(replace(ORDER, payments=()),))), legacys()).findings

    assert finding.handler is None
    assert finding.legacy["method"] == "card"


def test_a_child_of_the_wrong_parent_is_found() -> None:
    left, right = Order(note="left", lines=(("A", 1),)), Order(note="right", lines=(("B", 2),))
    swapped = replace(left, lines=right.lines), replace(right, lines=left.lines)

    assert (
        kinds(Shopping(orders=swapped), Shopping(orders=(left, right)))
        == ["shop_line.order_id: wrong value"] * 2
    )


def row(old: Any, new: Any, run: int = 0, **more: Any) -> Recording:
    """An update of one column of one row."""
    began = later(seconds=run)
    return Recording(
        run=Run(began=began, ended=began + timedelta(milliseconds=50)),
        changes={("t", (1,)): Change(old={"id": 1, "c": old}, new={"id": 1, "c": new})},
        shapes={"t": Shape(key=("id",))},
        **more,
    )


CLOCK = "2026-05-04T12:00:0{}+00:00"


@pytest.mark.parametrize(
    ("handler", "legacy", "same"),
    [
        (Decimal("1.50"), Decimal("1.5"), True),
        (Decimal("1.50"), Decimal("1.51"), False),
        (1, True, False),
        (1, "1", False),
        (None, 0, False),
        ("", None, False),
        (5000, 5001, False),
        ("No 5000", "No 5001", False),
        ([1, 2], [2, 1], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        (CLOCK.format(0), CLOCK.format(3), True),
        (CLOCK.format("0.1234"), CLOCK.format(3), True),
        ("2026-05-04T12:00:00", "2026-05-04T12:00:03.5", True),
        ("2026-05-04T12:00:00", "2026-05-04T12:00:03Z", False),
        ("2026-05-04 14:00:00+02:00", "2026-05-04 14:00:03+02:00", True),
        ("2026-05-03T12:00:00+00:00", "2026-05-04T12:00:03+00:00", False),
        ("2026-06-03T12:00:00+00:00", "2026-06-03T12:00:03+00:00", True),
        ("2026-06-03T12:00:00+00:00", "2026-06-03T12:01:00+00:00", False),
        ("2026-05-04", "2026-05-05", False),
        ("Paid on 2026-05-04 12:00:00.1 by card", "Paid on 2026-05-04 12:00:03.2 by card", True),
        ({"at": [CLOCK.format(0)]}, {"at": [CLOCK.format(3)]}, True),
        ("2026-13-45", "2026-13-46", False),
    ],
    ids=repr,
)
def test_values_are_compared_exactly_but_for_clocks(handler: Any, legacy: Any, same: bool) -> None:
    verdict = compare(row("old", handler), row("old", legacy, run=3))

    assert verdict.outcome == ("same" if same else "different")


def test_a_day_that_begins_between_the_runs_is_no_difference() -> None:
    """As midnight passes in UTC."""
    before, after = later(hours=11, minutes=59, seconds=59), later(hours=12, seconds=1)
    ours = replace(row("", "2026-05-04"), run=Run(began=before, ended=before))
    theirs = replace(row("", "2026-05-05"), run=Run(began=after, ended=after))

    assert compare(ours, theirs).outcome == "same"
    assert compare(theirs, ours).outcome == "same"
    assert compare(ours, replace(theirs, changes=row("", "2026-05-06").changes)).outcome == "different"


class TestKeys:
    """Generated keys wherever they stand."""

    def inserted(self, key: Any, *, generated: tuple[str, ...] = ("id",), **columns: Any) -> Recording:
        return Recording(
            run=Run(began=NOON, ended=NOON),
            changes={("t", (key,)): Change(old=None, new={"id": key, "title": "the same", **columns})},
            shapes={"t": Shape(key=("id",), generated=frozenset(generated))},
        )

    @pytest.mark.parametrize(
        ("handler", "legacy", "same"),
        [
            ({"number": "2026-0000123"}, {"number": "2026-0000124"}, True),
            ({"number": "2026-0000123"}, {"number": "2026-0000125"}, False),
            ({"number": "2026-0000123"}, {"number": "2026-124"}, False),
            ({"number": "2026-0000123"}, {"number": "2025-0000124"}, False),
            ({"object_id": 123}, {"object_id": 124}, True),
            ({"object_id": 123}, {"object_id": 125}, False),
            ({"quantity": 123}, {"quantity": 124}, False),
            ({"body": {"orderId": 123}}, {"body": {"orderId": 124}}, True),
            ({"body": {"quantity": 123}}, {"body": {"quantity": 124}}, False),
            ({"path": "/123/items"}, {"path": "/124/items"}, True),
        ],
        ids=repr,
    )
    def test_a_number_that_was_made_of_one(self, handler: Any, legacy: Any, same: bool) -> None:
        verdict = compare(self.inserted(123, **handler), self.inserted(124, **legacy))

        assert verdict.outcome == ("same" if same else "different")

    def test_a_uuid_in_a_text(self) -> None:
        one, other = "6f7b1c9e-0000-4000-8000-000000000001", "0a7b1c9e-0000-4000-8000-00000000000f"

        def side(key: str) -> Recording:
            return self.inserted(key, url=f"/orders/{key.replace('-', '')}/", parent=key.upper())

        assert compare(side(one), side(other)).outcome == "same"
        assert (
            compare(side(one), self.inserted(other, url=f"/orders/{one}/", parent=other)).outcome
            == "different"
        )

    def test_a_key_that_nobody_generates_must_be_the_same(self) -> None:
        verdict = compare(self.inserted("A-1", generated=()), self.inserted("A-2", generated=()))

        assert verdict.kinds == ("t.id: wrong value",)
        assert (
            compare(
                self.inserted("A-1", generated=()), self.inserted("A-2", generated=()), ignore=["t.id"]
            ).outcome
            == "same"
        )

    def test_a_serial_that_is_no_key_is_generated_too(self) -> None:
        one = self.inserted(123, generated=("id", "serial"), serial=5, text="S-5")
        other = self.inserted(124, generated=("id", "serial"), serial=9, text="S-9")

        assert compare(one, other).outcome == "same"


class TestIgnored:
    def test_an_ignored_column_is_not_compared(self) -> None:
        assert compare(row(1, 2), row(1, 3), ignore=["t.c"]).outcome == "same"
        assert compare(row(1, 2), row(1, 3), ignore=["*.c"]).outcome == "same"
        assert compare(row(1, 2), row(1, 3), ignore=["other.c"]).outcome == "different"

    def test_an_update_of_ignored_columns_alone_is_none(self) -> None:
        nothing = replace(row(1, 2), changes={})
        assert compare(nothing, row(1, 2), ignore=["*.c"]).outcome == "same"

    def test_a_table_can_be_ignored_whole(self) -> None:
        assert (
            compare(
                handlers(replace(RIGHT, orders=())), legacys(replace(RIGHT, orders=())), ignore=[]
            ).outcome
            == "same"
        )
        wrong = handlers(replace(RIGHT, orders=(replace(ORDER, logged=False),)))
        assert compare(wrong, legacys(), ignore=["shop_log.*"]).outcome == "same"


def unasked() -> str:
    raise AssertionError("Nothing differs.")


class TestInconclusive:
    def test_where_another_writer_changed_a_row_in_between(self) -> None:
        verdict = compare(row(10, 8), row(9, 7))

        assert verdict.outcome == "inconclusive"
        assert verdict.reason == "Another writer changed a row of t between the two runs."
        assert verdict.kinds == ("t.c: wrong value",)

    def test_where_another_writer_inserted_it_in_between(self) -> None:
        inserted = replace(row(1, 2), changes={("t", (1,)): Change(old=None, new={"id": 1, "c": 2})})

        assert compare(inserted, row(1, 2)).outcome == "inconclusive"

    def test_where_others_may_have_caused_what_differs(self) -> None:
        verdict = compare(row(1, 2), row(1, 3), interference=lambda: "Another writer did it.")

        assert (verdict.outcome, verdict.reason) == ("inconclusive", "Another writer did it.")

    def test_whether_they_have_is_asked_only_if_something_differs(self) -> None:
        assert compare(row(1, 2), row(1, 2), interference=unasked).outcome == "same"

    @pytest.mark.parametrize("side", [0, 1])
    def test_where_a_row_was_changed_before_it_was_read_again(self, side: int) -> None:
        sides = [row(1, 2), row(1, 3)]
        sides[side] = replace(sides[side], disturbed=frozenset({("t", (1,))}))

        assert "before it was read again" in compare(*sides).reason

    @pytest.mark.parametrize("side", [0, 1])
    def test_where_a_recording_is_incomplete(self, side: int) -> None:
        sides = [row(1, 2), row(1, 2)]
        sides[side] = replace(sides[side], incomplete=("CALL ran unseen.",))
        verdict = compare(*sides)

        assert verdict.outcome == "inconclusive"
        assert "CALL ran unseen." in verdict.reason


def test_a_table_without_images_is_a_finding_with_its_remedy() -> None:
    (finding,) = compare(row(1, 2), row(1, 2, unwatched=frozenset({"audit"}))).findings

    assert str(finding) == "audit: no images; declare it in the endpoint's tables="


def test_a_table_that_one_side_truncates_is_a_finding() -> None:
    truncated = row(1, 2, truncated=frozenset({"cache"}))

    assert compare(truncated, row(1, 2)).kinds == ("cache: truncate extra",)
    assert compare(row(1, 2), truncated).kinds == ("cache: truncate missing",)
    assert compare(truncated, truncated).outcome == "same"


@pytest.mark.parametrize(("handler", "legacy"), [(0, 2), (2, 0)])
def test_a_time_that_one_side_has_left_alone_is_told_though_it_is_seconds_old(
    handler: int, legacy: int
) -> None:
    old, read = CLOCK.format(0), {0: CLOCK.format(0), 2: CLOCK.format(2)}
    verdict = compare(row(old, read[handler]), row(old, read[legacy], 1))
    assert verdict.kinds == ("t.c: wrong value",)
