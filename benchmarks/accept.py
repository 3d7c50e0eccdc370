"""What it costs to accept a command over HTTP: the order form, from one gunicorn worker on one core.

Three sides take the same orders: the legacy view, which does all the work; a bare view, which checks the same body with
the same form and inserts one row; and the command view, which is reached as users reach it and answers 202. Nobody
executes what is accepted: the queue is emptied between rounds, or filled with 100,000 commands.
"""

import os
import random
import statistics
import time
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
from cqrs_routing.switch import set_mode
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Product
from legacy_app.servers import own_redis

ENDPOINT = "POST orders:order-list"
ORDERS, BARE = "/api/orders/", "/benchmark/bare/"
ASYNC = {"Prefer": "respond-async"}
BACKLOG = 100_000
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


def measure(*, quick: bool) -> dict[str, Any]:
    rounds, number, backlog = (1, 20, 1_000) if quick else (4, 500, BACKLOG)
    with connection.schema_editor() as editor:
        editor.create_model(Received)
    Product.objects.update(stock=10_000_000)
    with own_redis() as redis:
        os.environ |= {"CELERY_BROKER_URL": redis.url, "REDIS_URL": redis.url}
        with web_server() as server:
            stand = Stand(server, number)
            sides = {
                "legacy": partial(stand.legacy, number // 5),
                "bare": stand.bare,
                "accept": partial(stand.accept, waiting=0),
                "backlog": partial(stand.accept, waiting=backlog),
            }
            found = alternate(sides, rounds, warm_up=0 if quick else 1)
            stand.switch("legacy")
    rates = {side: [one.per_s for one in answered] for side, answered in found.items()}
    p99 = {side: [percentile(one.each) for one in answered] for side, answered in found.items()}
    return {
        "ratio_to_bare_view": paired_ratio(rates["accept"], rates["bare"]),
        "ratio_to_legacy": paired_ratio(rates["accept"], rates["legacy"]),
        "p99_ratio_with_backlog": paired_ratio(p99["backlog"], p99["accept"]),
        "accepted_per_s": statistics.median(rates["accept"]),
        "bare_view_per_s": statistics.median(rates["bare"]),
        "legacy_per_s": statistics.median(rates["legacy"]),
        "p99_ms": statistics.median(p99["accept"]) * 1000,
        "rounds": rounds,
        "requests": number,
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

    def bare(self) -> Answered:
        execute("TRUNCATE benchmark_received")
        return self.send(BARE, self.orders, {}, 201)

    def accept(self, *, waiting: int) -> Answered:
        self.switch("cqrs")
        execute("TRUNCATE cqrs_command_log")
        if waiting:
            with connection.cursor() as cursor:
                cursor.execute(FILL, [waiting])
        execute("VACUUM ANALYZE cqrs_command_log", "CHECKPOINT")
        return self.send(ORDERS, self.orders, ASYNC, 202)

    def send(self, path: str, orders: list[Any], headers: dict[str, str], expected: int) -> Answered:
        return load(
            self.server, self.headers | headers, [(path, order) for order in orders], expected=[expected]
        )

    def switch(self, mode: str) -> None:
        """Set the endpoint's mode, and wait until the web server's next answer comes from that side."""
        set_mode(ENDPOINT, mode, by="benchmark")
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
