"""A process that reads the same rows over and over while something else goes on."""

import json
import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from benchmarks.companion import Companion, companion

READ = "SELECT sum(unit_price) FROM orders_orderline WHERE id = ANY(%s)"
AT_ONCE = 20
"""Rows in one read."""


class Reader:
    """The process, seen from the one that measures."""

    def __init__(self, process: Companion, last: int) -> None:
        self.process, self.last = process, last

    def start(self) -> None:
        self.process.ask(last=self.last)

    def stop(self) -> float:
        """Reads per second since the start."""
        return float(self.process.ask()["reads_per_s"])


@contextmanager
def reader(last: int) -> Iterator[Reader]:
    """Somebody who reads the order lines up to the key ``last`` whenever told to, for the length of the block."""
    with companion(sys.executable, "benchmarks.reader") as process:
        yield Reader(process, last)


def main() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while line := sys.stdin.readline():
            say({"reading": True})
            reads_per_s = read_until_told(connection, json.loads(line)["last"])
            sys.stdin.readline()
            say({"reads_per_s": reads_per_s})


def read_until_told(connection: psycopg.Connection, last: int) -> float:
    """Reads per second until something comes on stdin."""
    reads, started = 0, time.perf_counter()
    while not select.select([sys.stdin], [], [], 0)[0]:
        first = reads * AT_ONCE % max(1, last - AT_ONCE)
        connection.execute(READ, [list(range(first, first + AT_ONCE))])
        reads += 1
    return reads / (time.perf_counter() - started)


def say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
