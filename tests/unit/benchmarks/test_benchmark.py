"""Figures and their targets."""

from importlib.util import find_spec

import pytest

from benchmarks.benchmark import Figure
from benchmarks.catalogue import BENCHMARKS


@pytest.mark.parametrize(
    ("limits", "target", "value", "is_met"),
    [
        ({"at_most": 1.2}, "≤ 1.2", 1.2, True),
        ({"at_most": 1.2}, "≤ 1.2", 1.21, False),
        ({"at_least": 20}, "≥ 20", 20, True),
        ({"at_least": 20}, "≥ 20", 19.9, False),
        ({}, "", 1, None),
    ],
)
def test_a_target_is_a_limit_that_may_be_reached(limits, target, value, is_met):
    figure = Figure(name="ratio", meaning="", **limits)

    assert (figure.target, figure.is_met(value)) == (target, is_met)


def test_no_figure_has_two_limits():
    for benchmark in BENCHMARKS.values():
        for figure in benchmark.figures:
            assert figure.at_most is None or figure.at_least is None, figure


def test_every_benchmark_has_a_target_and_a_script():
    for name, benchmark in BENCHMARKS.items():
        assert any(figure.target for figure in benchmark.figures), name
        assert find_spec(f"benchmarks.{name}"), f"Add benchmarks/{name}.py, with measure(quick=...)."
