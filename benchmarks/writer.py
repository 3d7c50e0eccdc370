"""``python -m benchmarks.writer``: transactions at a given rate, each on an order that no other one touches.

By turns it is the order's note that changes and the price of one of its lines: a column of the source itself, and one
that reaches it over a relation.
"""

import json
import os
import sys
import time
from typing import Any

import psycopg

NOTE = "UPDATE orders_order SET note = note || '.' WHERE id = %s"
PRICE = (
    "UPDATE orders_orderline SET unit_price = unit_price + 0.01 "
    "WHERE id = (SELECT min(id) FROM orders_orderline WHERE order_id = %s)"
)


def main() -> None:
    work = json.load(sys.stdin)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=1) as connection:
        started = time.perf_counter()
        write(connection, work, started)
        seconds = time.perf_counter() - started
    json.dump({"writes_per_s": len(work["orders"]) / seconds}, sys.stdout)


def write(connection: psycopg.Connection, work: dict[str, Any], started: float) -> None:
    """One transaction each; whoever is late does not wait, so that the rate holds on the whole."""
    for number, order in enumerate(work["orders"]):
        wait = started + number / work["rate"] - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        connection.execute(PRICE if number % 2 else NOTE, [order])


if __name__ == "__main__":
    main()
