import pytest

from legacy_app.demo.http import Answer
from legacy_app.demo.measurements import FEW, READ, WRITE, Measurements, percentile


def answer(**given: object) -> Answer:
    return Answer(**{"started": 0.0, "seconds": 0.01, "status": 200, "body": b"", "side": "cqrs"} | given)


@pytest.mark.parametrize(("percent", "expected"), [(50, 50), (95, 95), (99, 99), (100, 100)])
def test_percentile_is_the_smallest_value_that_so_many_do_not_exceed(percent, expected):
    assert percentile(range(1, 101), percent) == expected


def test_percentile_of_nothing_is_zero():
    assert percentile([], 99) == 0


def test_figures_are_told_apart_by_endpoint_and_side():
    measurements = Measurements()
    measurements.add(READ, answer(side="legacy", queries=300))
    measurements.add(READ, answer(queries=3))
    measurements.add(WRITE, answer(status=202, queries=9))

    found = [(item.endpoint, item.side, item.requests, item.queries) for item in measurements.figures()]

    assert found == [(READ, "legacy", 1, 300), (READ, "cqrs", 1, 3), (WRITE, "cqrs", 1, 9)]


def test_a_label_has_figures_of_its_own():
    measurements = Measurements()
    measurements.add(READ, answer(queries=3))
    measurements.add(READ, answer(status=500), label=FEW)

    found = [(item.endpoint, item.requests, item.errors) for item in measurements.figures()]

    assert found == [(READ, 1, 0), (FEW, 1, 1)]


@pytest.mark.parametrize(
    ("endpoint", "status"), [(READ, 201), (READ, 404), (WRITE, 200), (WRITE, 500), (READ, 0)]
)
def test_any_other_status_than_the_expected_is_an_error(endpoint, status):
    measurements = Measurements()

    measurements.add(endpoint, answer(status=status, body=b"why\nnot"))

    assert measurements.errors == [f"{endpoint} by cqrs: {status or 'no answer'} why not"]
    assert measurements.figures()[0].p99_ms == 0, "the time of an error says nothing"
