import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from threading import Barrier

from cqrs_write.http.waiting import place
from cqrs_write.http.waiting.settled import looks


def test_there_are_as_many_places_as_the_setting_says(settings):
    settings.CQRS_WRITE = {"WAITING_REQUESTS": 2}

    with ExitStack() as stack:
        given = [stack.enter_context(place()) for _ in range(3)]

    assert given == [True, True, False]
    with place() as free:
        assert free


def test_no_place_is_given_to_two(settings):
    settings.CQRS_WRITE = {"WAITING_REQUESTS": 3}
    barrier = Barrier(12)

    def wait(_: int) -> bool:
        barrier.wait(30)
        with place() as given:
            barrier.wait(30)
        return given

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(wait, range(12))) == 3


def test_one_looks_at_once_and_often_at_first():
    begun = time.monotonic()
    times = [time.monotonic() - begun for _ in looks(0.3)]

    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert times[0] < 0.1
    assert times[-1] >= 0.3
    assert 3 <= len(times) <= 8
    assert pauses[0] >= 0.005


def test_the_last_look_is_when_time_is_up():
    assert len(list(looks(0.0))) == 1
