"""How many commands a second Celery workers execute, against plain Celery tasks that do the same INSERT.

Both sides find everything waiting, in Redis or in the command log, when the workers are told to begin; the clock stops
when every row is there. A task is acknowledged before it is executed, as Celery does by default, so a killed worker
loses it; a command is executed exactly once and in the order of its lane.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection

from benchmarks.exceptions import StandFailed
from benchmarks.rounds import alternate, paired_ratio
from benchmarks.stand import ROOT
from benchmarks.summaries import execute, scalar
from benchmarks.workload import commands, tasks
from benchmarks.workload.models import Entry
from cqrs_write import wakeup
from cqrs_write.bus import accept_all
from legacy_app.celery import app
from legacy_app.servers import own_redis
from legacy_app.servers.lifeline import Lifeline

LANES = 1_000
WORKERS = (2, 1)
"""Processes; with the last of them it is measured too what statistics do that were taken while nothing was open."""
START_SECONDS, WORK_SECONDS = 60.0, 300.0


@dataclass(frozen=True, kw_only=True)
class Size:
    rounds: int
    number: int


FULL = Size(rounds=3, number=1_000)
QUICK = Size(rounds=1, number=50)


def measure(*, quick: bool) -> dict[str, Any]:
    size = QUICK if quick else FULL
    logging.disable(logging.INFO)
    with connection.schema_editor() as editor:
        editor.create_model(Entry)
    with own_redis() as redis:
        app.conf.broker_url, app.conf.task_always_eager = redis.url, False
        rates: dict[str, list[float]] = {}
        misled = 0.0
        for number in WORKERS:
            with celery_worker(redis.url, number):
                sides = {
                    f"plain_{number}": partial(plain, size.number),
                    f"single_{number}": partial(executed, commands.Insert, size.number, number),
                    f"grouped_{number}": partial(executed, commands.InsertShared, size.number, number),
                }
                rates |= alternate(sides, size.rounds, warm_up=0 if quick else 1)
                if number == WORKERS[-1]:
                    # As on a normal night. It is not undone, so this is the last measurement.
                    execute("VACUUM ANALYZE cqrs_command_log")
                    misled = executed(commands.Insert, size.number, number)
    return figures(rates) | {"misled_commands_per_s": misled, "lanes": LANES, "number": size.number}


def figures(rates: dict[str, list[float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for number, suffix in ((1, ""), (2, "_two_workers")):
        plain_rates = rates[f"plain_{number}"]
        found[f"ratio_to_plain_celery{suffix}"] = paired_ratio(rates[f"single_{number}"], plain_rates)
        found[f"grouped_ratio_to_plain_celery{suffix}"] = paired_ratio(
            rates[f"grouped_{number}"], plain_rates
        )
        for side, name in (("plain", "tasks"), ("single", "commands"), ("grouped", "grouped_commands")):
            found[f"{name}_per_s{suffix}"] = sorted(rates[f"{side}_{number}"])[len(plain_rates) // 2]
    return found


@contextmanager
def celery_worker(broker: str, number: int) -> Iterator[None]:
    """A Celery worker with so many processes, which serves no queue before it is told to."""
    environment = os.environ | {"CELERY_BROKER_URL": broker, "REDIS_URL": broker}
    options = [
        "--concurrency",
        str(number),
        "-Q",
        "none",
        "--loglevel",
        "ERROR",
        "--without-gossip",
        "--without-mingle",
    ]
    with Lifeline() as lifeline:
        lifeline.spawn(
            [sys.executable, "-m", "celery", "-A", "legacy_app", "worker", *options], environment, folder=ROOT
        )
        until(lambda: bool(app.control.ping(timeout=0.5)), START_SECONDS, "The worker does not start.")
        for queue in (tasks.QUEUE, commands.QUEUE):
            app.control.cancel_consumer(queue, reply=True)
        yield


def plain(number: int) -> float:
    empty()
    with app.producer_pool.acquire() as producer:
        for n in range(number):
            tasks.insert.apply_async((f"lane {n % LANES}", n), queue=tasks.QUEUE, producer=producer)
    return rate(number, tasks.QUEUE, lambda: None)


def executed(command: type[commands.Insert], number: int, workers: int) -> float:
    empty()
    was, wakeup.send = wakeup.send, lambda *args, **kwargs: None
    try:
        accept_all(command(lane=f"lane {n % LANES}", number=n) for n in range(number))
    finally:
        wakeup.send = was

    def wake() -> None:
        for _ in range(workers):
            wakeup.publish(wakeup.WakeUp(wakeup.DRAIN, commands.QUEUE, (commands.QUEUE, "default")))

    return rate(number, commands.QUEUE, wake)


def rate(number: int, queue: str, begin: Any) -> float:
    begin()
    started = time.perf_counter()
    app.control.add_consumer(queue)
    until(
        lambda: scalar("SELECT count(*) FROM benchmark_entry") >= number,
        WORK_SECONDS,
        "Not all was executed.",
    )
    seconds = time.perf_counter() - started
    app.control.cancel_consumer(queue, reply=True)
    return number / seconds


def empty() -> None:
    execute("TRUNCATE benchmark_entry", "TRUNCATE cqrs_command_log")


def until(reached: Any, seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise StandFailed(otherwise)
        time.sleep(0.02)
