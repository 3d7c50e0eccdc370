"""How busy a process is: the share of its time within requests, by as many threads as it has."""

from contextlib import contextmanager

from cqrs_routing.serving.load import Load


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@contextmanager
def request(load):
    load.begin()
    yield
    load.end()


def requests(load, clock, *spans):
    """Requests one after another: seconds within each, and after it."""
    for within, after in spans:
        with request(load):
            clock.now += within
        clock.now += after


def test_one_request_after_another_is_too_much():
    load = Load(clock := Clock())
    requests(load, clock, *[(0.1, 0.01)] * 40)
    assert load.share > 0.7


def test_one_slow_request_with_time_around_it_is_not():
    load = Load(clock := Clock())
    for _ in range(5):
        clock.now += 5
        with request(load):
            clock.now += 1
            assert load.share <= 0.7


def test_one_slow_request_at_a_time_leaves_time_to_a_process_with_several_threads():
    load = Load(clock := Clock())
    with request(load), request(load), request(load), request(load):
        pass
    requests(load, clock, *[(5, 0.1)] * 3)
    assert load.share <= 0.7


def test_time_between_requests_is_time_to_spare():
    load = Load(clock := Clock())
    requests(load, clock, *[(0.1, 0.2)] * 20)
    assert load.share <= 0.7


def test_a_process_that_begins_has_time():
    assert Load(Clock()).share == 0


def test_it_has_time_again_after_a_while():
    load = Load(clock := Clock())
    requests(load, clock, *[(0.1, 0.0)] * 40)
    assert load.share > 0.7
    clock.now += 2
    assert load.share <= 0.7


def test_two_threads_that_are_busy_half_of_the_time_have_time():
    load = Load(clock := Clock())
    for _ in range(10):
        with request(load):
            clock.now += 0.02
            with request(load):
                clock.now += 0.06
        clock.now += 0.12
    assert load.share <= 0.7


def test_two_threads_that_are_always_busy_have_none():
    load = Load(clock := Clock())
    with request(load):
        requests(load, clock, *[(0.1, 0.0)] * 40)
        assert load.share > 0.7
