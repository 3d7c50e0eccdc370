"""Of many images of one row, its first state and its last count; of those undone, none."""

from typing import Any

from cqrs_routing.rehearsal.changes import Change, histories, net
from cqrs_routing.rehearsal.image import Image, Row, image
from cqrs_routing.rehearsal.shape import Shape
from cqrs_routing.rehearsal.survival import survival
from cqrs_routing.rehearsal.transaction import Transaction

SHAPES = {"t": Shape(key=("id",), virtual=frozenset({"twice"}))}
A, B, C = ({"id": 1, "c": value} for value in "abc")


def written(old: Row | None, new: Row | None) -> Image:
    operation = "INSERT" if old is None else "DELETE" if new is None else "UPDATE"
    return Image(table="t", operation=operation, old=old, new=new)


def left(*images: Image) -> dict[Any, Change]:
    return net(histories(images, SHAPES))


def test_the_first_old_and_the_last_new_are_left() -> None:
    assert left(written(A, B), written(B, C)) == {("t", (1,)): Change(old=A, new=C)}
    assert left(written(None, A), written(A, B)) == {("t", (1,)): Change(old=None, new=B)}
    assert left(written(A, B), written(B, None)) == {("t", (1,)): Change(old=A, new=None)}


def test_nothing_is_left_of_what_came_and_went() -> None:
    assert left(written(A, B), written(B, A)) == {}
    assert left(written(None, A), written(A, None)) == {}


def test_a_row_that_moves_to_another_partition_is_an_update() -> None:
    assert left(written(A, None), written(None, B)) == {("t", (1,)): Change(old=A, new=B)}


def test_another_key_is_another_row() -> None:
    moved = {"id": 2, "c": "a"}
    assert left(written(A, moved)) == {
        ("t", (1,)): Change(old=A, new=None),
        ("t", (2,)): Change(old=None, new=moved),
    }


def test_a_truncate_takes_with_it_what_was_written_before() -> None:
    assert left(written(A, B), Image(table="t", operation="TRUNCATE")) == {}


def test_an_array_can_be_a_key() -> None:
    row = {"id": [1, 2], "c": "a"}
    assert len(left(written(None, row))) == 1


def test_numbers_are_read_as_they_are_written() -> None:
    row = image(
        '{"table": "t", "operation": "INSERT", "old": null, "new": {"n": 0.10, "big": 9007199254740993}}'
    ).new

    assert row is not None
    assert (str(row["n"]), row["big"]) == ("0.10", 9007199254740993)


class TestSurvival:
    def read_again(self, now: Row | None, *images: Image) -> Any:
        rows = [] if now is None else [now]
        return survival(histories(images, SHAPES), SHAPES, lambda table, shape, known: rows)

    def test_what_is_still_there_counts(self) -> None:
        found = self.read_again(B, written(A, B))
        assert found.changes == {("t", (1,)): Change(old=A, new=B)}
        assert not found.undone | found.disturbed

    def test_what_is_as_it_was_before_is_undone(self) -> None:
        found = self.read_again(A, written(A, B))
        assert (found.changes, found.undone) == ({}, {("t", (1,))})

    def test_an_insert_that_is_gone_is_undone(self) -> None:
        assert self.read_again(None, written(None, A)).undone == {("t", (1,))}

    def test_the_last_of_several_writes_can_be_undone(self) -> None:
        found = self.read_again(B, written(A, B), written(B, C))
        assert found.changes == {("t", (1,)): Change(old=A, new=B)}

    def test_what_nobody_has_seen_is_another_writers(self) -> None:
        found = self.read_again(C, written(A, B))
        assert found.disturbed == {("t", (1,))}
        assert found.changes == {("t", (1,)): Change(old=A, new=B)}

    def test_a_virtual_column_is_not_compared(self) -> None:
        """Triggers see NULL in it, queries its value."""
        found = self.read_again(B | {"twice": 4}, written(A | {"twice": None}, B | {"twice": None}))
        assert not found.disturbed
        assert found.changes == {("t", (1,)): Change(old=A, new=B)}


class TestSavepoints:
    def test_going_back_forgets_what_came_since_and_keeps_the_savepoint(self) -> None:
        transaction = Transaction(armed=True, images=["1"])
        transaction.set("a")
        transaction.images.append("2")
        transaction.roll_back_to("a")
        transaction.images.append("3")
        transaction.roll_back_to("a")
        assert transaction.images == ["1"]

    def test_a_released_one_belongs_to_the_one_around_it(self) -> None:
        transaction = Transaction()
        transaction.set("a")
        transaction.set("b")
        transaction.images.append("1")
        transaction.release("b")
        assert transaction.images == ["1"]
        transaction.roll_back_to("a")
        assert transaction.images == []

    def test_going_back_to_before_it_was_armed_disarms(self) -> None:
        transaction = Transaction()
        transaction.set("a")
        transaction.armed = True
        transaction.roll_back_to("a")
        assert not transaction.armed

    def test_one_that_was_set_before_all_takes_everything_back(self) -> None:
        transaction = Transaction(armed=True, images=["1"])
        transaction.set("a")
        transaction.roll_back_to("unknown")
        assert (transaction.images, transaction.savepoints, transaction.armed) == ([], [], False)
