"""How long a write takes to show in the read model, with ``manage.py cqrs_refresh --follow`` at work.

The database keeps the time of every commit. A write's lag is the time from its commit to that of the transaction which
wrote the read model's row; nobody polls for it. Two processes write at a steady rate, each transaction on an order of
its own, so that no later write can hide an earlier one.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection

from benchmarks.exceptions import StandFailed
from benchmarks.rounds import alternate
from benchmarks.stand import ROOT
from benchmarks.summaries import TABLE, execute, filled, scalar
from cqrs_read.declaration.read_model import name_of
from legacy_app.orders_cqrs.read_models import OrderSummary
from legacy_app.servers.lifeline import Lifeline

RATES = (200, 1_000)
WRITERS = 2
ROUNDS, SECONDS = 3, 15.0
FAN_OUT_SECONDS = 12.0
NOTICE_SECONDS = 2.0
"""Until the follower has noticed; a few orders need no backlog."""
INTERVAL = 0.01
DRAIN_SECONDS = 60.0

# The newer of the two commits that may have changed an order is the one that did in this run.
LAGS = f"""
SELECT extract(epoch FROM pg_xact_commit_timestamp(s.xmin) - greatest(
    pg_xact_commit_timestamp(o.xmin),
    (SELECT max(pg_xact_commit_timestamp(l.xmin)) FROM orders_orderline l WHERE l.order_id = o.id))) * 1000
FROM orders_order o JOIN {TABLE} s USING (id) WHERE o.id = ANY(%s)
"""


# Orders whose first line does not show its category's name of now.
BEHIND = f"""
SELECT count(*) FROM {TABLE} s JOIN orders_product p ON p.sku = s.lines -> 0 ->> 'sku'
JOIN orders_category c ON c.id = p.category_id WHERE s.lines -> 0 ->> 'category' <> c.name
"""
WAITING = "SELECT count(*) FROM cqrs_backlog"

RENAMED = "SELECT id FROM orders_category WHERE id % 2 = 0"
# What fans out writes an order's row once more, and would hide when a single change of it has shown.
APART = f"""
SELECT s.id FROM {TABLE} s WHERE s.line_count > 0 AND NOT EXISTS (
    SELECT 1 FROM orders_orderline l JOIN orders_product p USING (sku)
    WHERE l.order_id = s.id AND p.category_id IN ({RENAMED}))
"""


def measure(*, quick: bool) -> dict[str, Any]:
    filled()
    seconds, rounds = (0.5, 1) if quick else (SECONDS, ROUNDS)
    orders = list(OrderSummary.objects.filter(line_count__gt=0).order_by("pk").values_list("pk", flat=True))
    with following() as follower:
        sides = {str(rate): partial(load, rate, seconds, orders, follower) for rate in RATES}
        measured = alternate(sides, rounds)
        beside = beside_a_fan_out(0.5 if quick else FAN_OUT_SECONDS, follower)
    figures = dict(beside)
    for rate, found in measured.items():
        for name in found[0]:
            figures[f"{name}_at_{rate}"] = statistics.median(one[name] for one in found)
    return figures | {"interval": INTERVAL, "rounds": rounds, "seconds": seconds}


@contextmanager
def following() -> Iterator[Lifeline]:
    """The refresher, as it is run in production, for the length of the block."""
    command = [sys.executable, "manage.py", "cqrs_refresh", name_of(OrderSummary), "--follow"]
    with Lifeline() as lifeline:
        lifeline.spawn([*command, "--interval", str(INTERVAL)], os.environ, folder=ROOT)
        yield lifeline


def load(rate: int, seconds: float, orders: list[int], follower: Lifeline) -> dict[str, float]:
    """Write at ``rate`` and wait for the last write to show: milliseconds, and the rate that was reached."""
    written = random.Random(rate).sample(orders, min(int(rate * seconds), len(orders)))
    achieved = sum(written_by_all(written, rate))
    found = lags(written, follower)
    return {
        "p50_ms": statistics.median(found),
        "p99_ms": statistics.quantiles(found, n=100, method="inclusive")[98],
        "max_ms": max(found),
        "achieved": achieved,
    }


def beside_a_fan_out(seconds: float, follower: Lifeline) -> dict[str, float]:
    """Single writes, of orders apart, while half the categories' new names go out to all orders with their lines."""
    with connection.cursor() as cursor:
        cursor.execute(APART)
        orders = [order for (order,) in cursor.fetchall()]
    with ThreadPoolExecutor(1) as elsewhere:
        drained = elsewhere.submit(fan_out, seconds / 4)
        found = load(RATES[0], seconds, orders, follower)
    return {
        "p99_ms_beside_fan_out": found["p99_ms"],
        "max_ms_beside_fan_out": found["max_ms"],
        "fan_out_s": drained.result(),
    }


def fan_out(after: float) -> float:
    """Rename half the categories ``after`` so many seconds; how long it takes until every order shows it."""
    try:
        time.sleep(after)
        execute(f"UPDATE orders_category SET name = name || '.' WHERE id IN ({RENAMED})")
        begun = time.monotonic()
        while not scalar(WAITING) and time.monotonic() - begun < NOTICE_SECONDS:
            time.sleep(0.01)
        while scalar(WAITING):
            time.sleep(0.05)
        while behind := scalar(BEHIND):
            if time.monotonic() - begun > DRAIN_SECONDS:
                raise StandFailed(f"{behind} orders do not show the new names of their categories.")
            time.sleep(0.05)
        return time.monotonic() - begun
    finally:
        connection.close()


def written_by_all(orders: list[int], rate: int) -> list[float]:
    """Writes per second of each writer."""
    command = [sys.executable, "-m", "benchmarks.writer"]
    writers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(WRITERS)
    ]
    for number, writer in enumerate(writers):
        if writer.stdin is None:
            raise StandFailed("A writer was started without pipes.")
        json.dump({"rate": rate / WRITERS, "orders": orders[number::WRITERS]}, writer.stdin)
        writer.stdin.close()
    answers = [writer.stdout.read() if writer.stdout else "" for writer in writers]
    ended = [writer.wait() for writer in writers]
    if any(ended):
        raise StandFailed(f"The writers ended with {ended}.")
    return [json.loads(answer)["writes_per_s"] for answer in answers]


def lags(orders: list[int], follower: Lifeline) -> list[float]:
    """Milliseconds of every order, once the read model shows them all."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute(LAGS, [orders])
            found = [float(lag) for (lag,) in cursor.fetchall()]
        if len(found) == len(orders) and min(found) > 0:
            return found
        if follower.exit_code() is not None or time.monotonic() > deadline:
            raise StandFailed(f"The read model does not follow: {follower.log.read_text()[-500:]}")
        time.sleep(0.1)
