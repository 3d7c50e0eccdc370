"""Alternating rounds, and the ratios within them."""

import pytest

from benchmarks.rounds import alternate, paired_ratio, quartiles


def test_sides_take_turns_and_the_warm_up_is_thrown_away():
    calls = []
    sides = {name: lambda name=name: calls.append(name) or len(calls) for name in ("old", "new")}

    measured = alternate(sides, rounds=2)

    assert calls == ["old", "new", "new", "old", "old", "new"]
    assert measured == {"new": [3, 6], "old": [4, 5]}


def test_every_round_is_prepared_once_for_all_sides():
    calls = []
    sides = {name: lambda name=name: calls.append(name) for name in ("old", "new")}

    alternate(sides, rounds=1, before=lambda: calls.append("before"))

    assert calls == ["before", "old", "new", "before", "new", "old"]


def test_a_ratio_is_taken_within_each_round():
    # The machine was ten times slower in the second round; the ratio does not notice.
    assert paired_ratio([2, 30, 4], [1, 10, 2]) == 2


def test_the_middle_half_of_the_rounds():
    assert quartiles([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]) == (2, 4)
    assert quartiles([3], [2]) == (1.5, 1.5)


@pytest.mark.parametrize("rounds", [1, 5])
def test_as_many_numbers_as_rounds(rounds):
    assert len(alternate({"only": lambda: 1.0}, rounds)["only"]) == rounds
