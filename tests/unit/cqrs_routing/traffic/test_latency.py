"""Histograms of latencies: quantiles as exact as promised, and merged without loss."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cqrs_routing.traffic.latency import ACCURACY, SMALLEST_MS, bucket_of, milliseconds_of, quantile

latencies = st.floats(min_value=SMALLEST_MS, max_value=600_000)


@given(latencies)
def test_a_bucket_stands_for_what_is_in_it(milliseconds):
    assert milliseconds_of(bucket_of(milliseconds)) == pytest.approx(milliseconds, rel=ACCURACY * 1.01)


@pytest.mark.parametrize("milliseconds", [0, SMALLEST_MS / 2, SMALLEST_MS])
def test_what_is_too_short_to_tell_is_in_the_first_bucket(milliseconds):
    assert bucket_of(milliseconds) == 0


@given(st.lists(latencies, min_size=1), st.sampled_from([0, 0.5, 0.95, 0.99, 1]))
def test_a_quantile_is_that_of_the_latencies_themselves(values, share):
    exact = sorted(values)[int(share * (len(values) - 1))]
    assert quantile(Counter(map(bucket_of, values)), share) == pytest.approx(exact, rel=ACCURACY * 1.01)


def test_there_is_no_quantile_of_nothing():
    assert quantile({}, 0.95) is None
