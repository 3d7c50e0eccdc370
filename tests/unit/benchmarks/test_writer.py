"""Writing at a rate."""

import time

import pytest

from benchmarks.writer import NOTE, PRICE, write


class Connection:
    """Takes down what is executed, each time after a pause."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.executed = seconds, []

    def execute(self, sql: str, params: list[int]) -> None:
        time.sleep(self.seconds)
        self.executed.append((sql, *params))


def test_kinds_of_writes_take_turns():
    connection = Connection(0)

    write(connection, {"orders": [7, 8, 9], "rate": 1_000_000}, time.perf_counter())

    assert connection.executed == [(NOTE, 7), (PRICE, 8), (NOTE, 9)]


@pytest.mark.parametrize("started_before", [0.0, 60.0])
def test_whoever_is_late_does_not_wait(started_before, monkeypatch):
    waits = []
    monkeypatch.setattr("benchmarks.writer.time.sleep", waits.append)

    write(Connection(0), {"orders": [1, 2, 3], "rate": 1}, time.perf_counter() - started_before)

    # The pauses of the connection itself are of no length.
    assert len([wait for wait in waits if wait > 0.5]) == (0 if started_before else 2)
