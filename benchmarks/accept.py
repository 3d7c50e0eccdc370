"""What it costs to accept a command over HTTP: the order form, from one gunicorn worker on one core.

Three sides take the same orders: the legacy view, which does all the work; a bare view, which checks the same body with
the same form and inserts one row; and the command view, which is reached as users reach it and answers 202. Nobody
executes what is accepted: the queue is emptied between rounds, or filled with 100,000 commands.
"""

import os
import random
import statistics
import time
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from typing import Any

from django.db import connection
from rest_framework.authtoken.models import Token

from benchmarks.exceptions import AnswersDiffer
from benchmarks.rounds import alternate, paired_ratio
from benchmarks.summaries import execute
from benchmarks.webserver import HOST, Answered, WebServer, load, web_server
from benchmarks.workload.models import Received
from cqrs_routing.switching.switch import set_mode
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Product
from legacy_app.servers import own_redis

ENDPOINT = "POST orders:order-list"
ORDERS, BARE = "/api/orders/", "/benchmark/bare/"
ASYNC = {"Prefer": "respond-async"}
SWITCH_SECONDS = 5.0

# As many more commands as are wanted, in lanes as the sample has them.
FILL = """
INSERT INTO cqrs_command_log (
    uuid, name, version, payload, queue, priority, lane, lane_key, holds_lane, state, attempts,
    accepted_at, error, traceback, worker, alone, lost, traceparent, tracestate, correlation_id)
SELECT gen_random_uuid(), 'orders_cqrs.PlaceOrder', 1, '{}', 'orders', 0, 'customer:' || n %% 2000, n %% 2000,
       false, 'accepted', 0, now(), '', '', '', false, 0, '', '', gen_random_uuid()
  FROM generate_series(1, %s) AS n
"""


@dataclass(frozen=True, kw_only=True)
class Size:
    short: int
    """Rounds of a few requests: a slow second of the machine disturbs few of them."""

    requests: int
    long: int
    """Rounds of many requests, whose slowest hundredth is looked at."""

    many: int
    backlog: int


FULL = Size(short=40, requests=100, long=3, many=500, backlog=100_000)
QUICK = Size(short=1, requests=10, long=1, many=10, backlog=1_000)


def measure(*, quick: bool) -> dict[str, Any]:
    size = QUICK if quick else FULL
    with connection.schema_editor() as editor:
        editor.create_model(Received)
    Product.objects.update(stock=10_000_000)
    with own_redis() as redis:
        os.environ |= {"CELERY_BROKER_URL": redis.url, "REDIS_URL": redis.url}
        with web_server() as server:
            stand, warm_up = Stand(server, size.many), 0 if quick else 1
            short = {
                "bare": partial(stand.bare, size.requests),
                "accept": partial(stand.accept, size.requests, waiting=0),
            }
            long = {
                "legacy": partial(stand.legacy, size.requests),
                "accept": partial(stand.accept, size.many, waiting=0),
                "backlog": partial(stand.accept, size.many, waiting=size.backlog),
            }
            paired = alternate(short, size.short, warm_up=warm_up)
            found = alternate(long, size.long, warm_up=warm_up)
            stand.switch("legacy")
    return figures(paired, found) | {"rounds": size.short, "requests": size.requests}


def figures(paired: dict[str, list[Answered]], found: dict[str, list[Answered]]) -> dict[str, Any]:
    bare, accepted = ([one.per_s for one in paired[side]] for side in ("bare", "accept"))
    legacy, beside = ([one.per_s for one in found[side]] for side in ("legacy", "accept"))
    empty, backlog = ([percentile(one.each) for one in found[side]] for side in ("accept", "backlog"))
    return {
        "ratio_to_bare_view": paired_ratio(accepted, bare),
        "ratio_to_legacy": paired_ratio(beside, legacy),
        "p99_ratio_with_backlog": paired_ratio(backlog, empty),
        "accepted_per_s": statistics.median(accepted),
        "bare_view_per_s": statistics.median(bare),
        "legacy_per_s": statistics.median(legacy),
        "p99_ms": statistics.median(empty) * 1000,
    }


def percentile(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[98]


class Stand:
    """The web server, and the orders that a clerk sends to each side."""

    def __init__(self, server: WebServer, number: int) -> None:
        self.server = server
        self.headers = {"Authorization": f"Token {Token.objects.get(user__username='clerk1').key}"}
        choice = random.Random(7)
        customers = list(Customer.objects.values_list("pk", flat=True))
        skus = list(Product.objects.filter(active=True).values_list("sku", flat=True))
        self.orders = [
            {
                "customer": choice.choice(customers),
                "lines": [{"sku": sku, "quantity": 1} for sku in choice.sample(skus, choice.randint(1, 4))],
                "note": "benchmark",
            }
            for _ in range(number)
        ]

    def legacy(self, number: int) -> Answered:
        self.switch("legacy")
        return self.send(ORDERS, self.orders[:number], {}, 201)

    def bare(self, number: int) -> Answered:
        execute("TRUNCATE benchmark_received", "VACUUM ANALYZE benchmark_received", "CHECKPOINT")
        return self.send(BARE, self.orders[:number], {}, 201)

    def accept(self, number: int, *, waiting: int) -> Answered:
        self.switch("cqrs")
        execute("TRUNCATE cqrs_command_log")
        if waiting:
            with connection.cursor() as cursor:
                cursor.execute(FILL, [waiting])
        execute("VACUUM ANALYZE cqrs_command_log", "CHECKPOINT")
        return self.send(ORDERS, self.orders[:number], ASYNC, 202)

    def send(self, path: str, orders: list[Any], headers: dict[str, str], expected: int) -> Answered:
        return load(
            self.server, self.headers | headers, [(path, order) for order in orders], expected=[expected]
        )

    def switch(self, mode: str) -> None:
        """Set the endpoint's mode, and wait until the web server's next answer comes from that side."""
        set_mode(ENDPOINT, mode, by="benchmark", reason="measured", force=True)
        deadline = time.monotonic() + SWITCH_SECONDS
        while f'side;desc="{mode}"' not in self.side():
            if time.monotonic() > deadline:
                raise AnswersDiffer(f"The web server does not serve {ENDPOINT} by {mode}.")
            time.sleep(0.1)

    def side(self) -> str:
        """Server-Timing of the answer to an order that is refused."""
        client = HTTPConnection(HOST, self.server.port, timeout=30)
        client.request("POST", ORDERS, "{}", self.headers | {"Content-Type": "application/json"})
        answer = client.getresponse()
        answer.read()
        client.close()
        return answer.headers.get("Server-Timing", "")
