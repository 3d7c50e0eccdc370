"""What shadow costs the clients of the legacy view: every request compared, against none.

The order list from one gunicorn worker on one core; another process of low priority, on the other cores, answers again
and compares. At a third of the worker's capacity it is the answers' time that counts, at saturation their number: there
a busy process leaves comparing alone.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

from rest_framework.authtoken.models import Token

from benchmarks.rounds import alternate, paired_ratio
from benchmarks.stand import ROOT
from benchmarks.summaries import filled
from benchmarks.webserver import Answered, WebServer, load, web_server
from cqrs_routing.modes.mode import Mode
from cqrs_routing.switching.switch import Setting, switch
from cqrs_routing.traffic.counts import COMPARED, MISMATCHED, SHADOW, SHED
from cqrs_routing.traffic.totals import totals
from legacy_app.servers import own_redis
from legacy_app.servers.lifeline import Lifeline

ENDPOINT, PATH = "GET orders:order-list", "/api/orders/?page_size=4&page={}"
WORKER = ["-m", "celery", "-A", "legacy_app", "worker", "--pool", "solo", "--queues", "cqrs_shadow"]
OBEYED_SECONDS = 1.2
"""Seconds after which every process knows of a change."""

ROUNDS, PACED, SATURATED = 6, 120, 150


def measure(*, quick: bool) -> dict[str, Any]:
    filled()
    rounds, paced, saturated = (1, 20, 20) if quick else (ROUNDS, PACED, SATURATED)
    with own_redis() as redis:
        os.environ |= {"CELERY_BROKER_URL": redis.url, "REDIS_URL": redis.url}
        with web_server() as server, comparing():
            stand = Stand(server)
            rate = stand.answered(0, saturated).per_s / 3
            at_ease = alternate(
                {
                    "none": partial(stand.answered, 0, paced, rate),
                    "all": partial(stand.answered, 100, paced, rate),
                },
                rounds,
                warm_up=0 if quick else 1,
            )
            at_saturation = alternate(
                {
                    "none": partial(stand.answered, 0, saturated),
                    "all": partial(stand.answered, 100, saturated),
                },
                rounds,
                warm_up=0,
            )
    return figures(at_ease, at_saturation) | {"rate": rate, "rounds": rounds, **stand.counted()}


def figures(at_ease: dict[str, list[Answered]], at_saturation: dict[str, list[Answered]]) -> dict[str, Any]:
    p50 = {side: [statistics.median(one.each) for one in found] for side, found in at_ease.items()}
    p99 = {side: [percentile(one.each) for one in found] for side, found in at_ease.items()}
    per_s = {side: [one.per_s for one in found] for side, found in at_saturation.items()}
    return {
        "p50_ratio": paired_ratio(p50["all"], p50["none"]),
        "p99_ratio": paired_ratio(p99["all"], p99["none"]),
        "throughput_ratio_at_saturation": paired_ratio(per_s["all"], per_s["none"]),
        "p50_ms": statistics.median(p50["none"]) * 1000,
        "p99_ms": statistics.median(p99["none"]) * 1000,
        "per_s_at_saturation": statistics.median(per_s["none"]),
    }


def percentile(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[98]


@contextmanager
def comparing() -> Iterator[None]:
    """A worker that compares, with the lowest priority."""
    with Lifeline() as lifeline:
        pid = lifeline.spawn([sys.executable, *WORKER], os.environ, folder=ROOT)
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        yield


class Stand:
    """The web server, and a clerk who turns the pages."""

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self.headers = {"Authorization": f"Token {Token.objects.get(user__username='clerk1').key}"}

    def answered(self, sampled: int, number: int, rate: float | None = None) -> Answered:
        """Legacy's answers, with so many of a hundred compared."""
        setting = Setting(mode=Mode.SHADOW, sample_percent=Decimal(sampled))
        switch(ENDPOINT, setting, by="benchmark")
        time.sleep(OBEYED_SECONDS)
        paths = [PATH.format(page) for page in range(1, number + 1)]
        return load(self.server, self.headers, paths, rate=rate)

    def counted(self) -> dict[str, int]:
        """What became of the samples; differences would say that something else was measured."""
        shadow = totals(ENDPOINT)[SHADOW]
        return {metric: shadow.other(metric) for metric in (COMPARED, MISMATCHED, SHED)}
