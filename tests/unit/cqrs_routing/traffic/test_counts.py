"""Counts of one process: by cell, taken once, kept within bounds."""

import threading

from cqrs_routing.traffic.counts import MOST, SLOT, Cell, Counts
from cqrs_routing.traffic.latency import bucket_of

NAME = "GET orders:order-list"


def counts_at(second):
    return Counts(clock=lambda: second)


def test_an_answer_is_counted_by_status_and_by_latency():
    counts = counts_at(1003)
    counts.answered(NAME, 2, "legacy", 200, 12.0)
    counts.answered(NAME, 2, "legacy", 200, 12.0)
    assert counts.take() == {
        Cell(NAME, 1000, 2, "legacy", "status", 200): 2,
        Cell(NAME, 1000, 2, "legacy", "latency", bucket_of(12.0)): 2,
    }


def test_what_is_taken_is_gone():
    counts = counts_at(0)
    counts.add(NAME, 0, "legacy", "fallback")
    assert counts
    counts.take()
    assert not counts.waiting
    assert counts.take() == {}


def test_what_is_given_back_is_added_to_what_came_since():
    counts = counts_at(0)
    counts.add(NAME, 0, "legacy", "fallback")
    taken = counts.take()
    counts.add(NAME, 0, "legacy", "fallback", count=2)
    counts.give_back(taken)
    assert list(counts.take().values()) == [3]


def test_while_nothing_can_be_stored_the_oldest_are_dropped():
    counts = counts_at(0)
    counts.give_back({Cell(NAME, slot * SLOT, 0, "legacy", "status", 200): 1 for slot in range(MOST + 10)})
    kept = counts.take()
    assert len(kept) == MOST
    assert min(cell.slot for cell in kept) == 10 * SLOT


def test_threads_lose_nothing():
    counts = counts_at(0)

    def work():
        for _ in range(2000):
            counts.answered(NAME, 0, "legacy", 200, 1.0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(counts.take().values()) == {8000}
