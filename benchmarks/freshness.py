"""What it costs a read to bring a freshness token, and how long a client waits to read what it has just written.

The times of a check are those of the function that the middleware calls, over the connection of the request. The pairs
of a write and a read are of two clients at once, beside ``manage.py cqrs_refresh --follow``; every read is compared
with the write, and one that is older ends the benchmark.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from django.db import connection, connections

from benchmarks.exceptions import AnswersDiffer
from benchmarks.lag import following
from benchmarks.rounds import median_seconds
from benchmarks.summaries import execute, filled
from cqrs_read.backfill import backfill
from cqrs_read.declaration.read_model import name_of
from cqrs_read.refresh import refresh
from cqrs_read.refresh.waiting import Freshness, wait_until_fresh
from cqrs_read.standing.freshness import reason_not_fresh
from cqrs_write.freshness import Token, mark
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from legacy_app.rides.models import Driver
from legacy_app.rides_cqrs.read_models import DriverCard

CLIENTS = 2
LIMIT_SECONDS = 0.2
START_SECONDS = 30.0
CHANGES = 100_000
LOOKUP = f"SELECT position FROM cqrs_read_model_state WHERE name = '{name_of(OrderSummary)}'"

_numbers = count()


def measure(*, quick: bool) -> dict[str, Any]:
    times, pairs = (20, 5) if quick else (2_000, 500)
    filled()
    backfill(DriverCard)
    figures = {
        "round_trip_ms": milliseconds(lambda number: execute("SELECT 1"), times),
        "lookup_ms": milliseconds(lambda number: execute(LOOKUP), times),
        "token_ms": milliseconds(lambda number: mark(), times),
        "added_ms": consumed(times),
        "looking_ms": looking(times),
    }
    with open_transaction(changes=1_000 if quick else CHANGES):
        figures["beside_long_transaction_ms"] = looking(times)
    with following():
        wait_until_fresh([OrderSummary], note_written(), START_SECONDS, patient=True)
        return figures | write_and_read(pairs) | {"times": times, "pairs": pairs * CLIENTS}


def consumed(times: int) -> float:
    """Milliseconds to check a token whose write is in the rows."""
    token = note_consumed()
    return milliseconds(lambda number: fresh(token), times)


def note_consumed() -> Token:
    """An order is changed, and the read model has it."""
    token = note_written()
    refresh(OrderSummary)
    return token


def note_written() -> Token:
    Order.objects.filter(pk=Order.objects.latest("pk").pk).update(note=f"note {next(_numbers)}")
    return mark()


def looking(times: int) -> float:
    """Milliseconds to check tokens of writes to a table that the read model has nothing to do with."""
    driver = Driver.objects.earliest("pk").pk
    tokens: list[Token] = []
    for _ in range(times):
        Driver.objects.filter(pk=driver).update(name=f"driver {next(_numbers)}")
        tokens.append(mark())
    return milliseconds(lambda number: fresh(tokens[number]), times)


def milliseconds(action: Callable[[int], object], times: int) -> float:
    return median_seconds(action, times) * 1000


def fresh(token: Token) -> None:
    if reason := reason_not_fresh(OrderSummary, token):
        raise AnswersDiffer(reason)


@contextmanager
def open_transaction(*, changes: int) -> Iterator[None]:
    """One that has changed an order and stays open, while others' changes go by and are consumed."""
    other = connection.copy("beside")
    other.connect()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET note = 'open' WHERE id = (SELECT min(id) FROM orders_order)")
    execute(
        "INSERT INTO cqrs_change_log (stream, keys) "
        f"SELECT 'rides_driver.id', '{{1}}' FROM generate_series(1, {changes})"
    )
    note_consumed()
    yield
    other.rollback()
    other.close()


def write_and_read(pairs: int) -> dict[str, Any]:
    """What became of the reads of all clients."""
    orders = list(OrderSummary.objects.order_by("pk").values_list("pk", flat=True)[1 : CLIENTS + 1])
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = [one for those in pool.map(partial(client, pairs), orders) for one in those]
    served = [one for one in found if one]
    return {
        "waited_ms": statistics.median(one.waited_seconds or 0.0 for one in served) * 1000,
        "served_share": len(served) / len(found),
    }


def client(pairs: int, order: int) -> list[Freshness]:
    found = []
    try:
        for _ in range(pairs):
            note = f"note {next(_numbers)}"
            Order.objects.filter(pk=order).update(note=note)
            found.append(wait_until_fresh([OrderSummary], mark(), LIMIT_SECONDS, patient=True))
            if found[-1] and OrderSummary.objects.get(pk=order).note != note:
                raise AnswersDiffer(f"Order {order} was taken for fresh without its note.")
            time.sleep(0.001)
    finally:
        connections.close_all()
    return found
