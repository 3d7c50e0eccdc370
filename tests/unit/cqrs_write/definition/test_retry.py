from hypothesis import given
from hypothesis import strategies as st

from cqrs_write import Retry


@given(
    attempt=st.integers(1, 10_000), backoff=st.floats(0, 1e6), longest=st.floats(0, 1e6, exclude_min=False)
)
def test_a_wait_is_at_least_half_of_the_doubled_backoff_and_never_too_long(attempt, backoff, longest):
    delay = Retry(backoff=backoff, longest=longest).delay(attempt)

    full = min(backoff * 2.0 ** min(attempt - 1, 32), longest)
    assert full / 2 <= delay <= full


def test_the_waits_double_and_differ():
    retry = Retry(backoff=10.0, longest=1000.0)

    assert 5 <= retry.delay(1) <= 10 <= retry.delay(2) <= 20 <= retry.delay(3) <= 40
    assert len({retry.delay(1) for _ in range(20)}) > 1
