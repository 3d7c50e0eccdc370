"""What the read model gains a reader: the order list over HTTP, from one gunicorn worker on one core.

Three sides answer the same mix of pages and filters, and the answers are compared before anything is measured:
the legacy view, the same view tuned by hand, and the read model, reached as users reach it: the legacy URL with the
endpoint in mode ``cqrs``. The client and PostgreSQL run on the other cores.
"""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection
from typing import Any

from django.db import connection
from django.db.models import Max
from rest_framework.authtoken.models import Token

from benchmarks.exceptions import AnswersDiffer
from benchmarks.rounds import alternate, paired_ratio, quartiles
from benchmarks.webserver import HOST, WebServer, load, web_server
from cqrs_read.backfill import backfill
from cqrs_routing.switching.switch import set_mode
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

ENDPOINT = "GET orders:order-list"
ORDERS = "/api/orders/"
TUNED = "/benchmark/tuned/"
EMPTY = "/benchmark/empty/"
PAGE = "?page=2"
SWITCH_SECONDS = 5.0
COUNTED_TIMES = 50


@dataclass(frozen=True, kw_only=True)
class Size:
    """Rounds, and how often each side answers the whole mix in a round."""

    rounds: int
    legacy: int
    tuned: int
    read_model: int


FULL = Size(rounds=8, legacy=1, tuned=6, read_model=20)
QUICK = Size(rounds=1, legacy=1, tuned=1, read_model=1)


def measure(*, quick: bool) -> dict[str, Any]:
    size = QUICK if quick else FULL
    backfill(OrderSummary)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    mix = requested()[6::5] if quick else requested()
    with web_server() as server:
        stand = Stand(server, token=Token.objects.get(user__username="clerk1").key)
        stand.compare(mix)
        rates = alternate(stand.sides(mix, size), size.rounds)
        stand.switch("legacy")
    return figures(rates) | {"pinned": server.pinned, "mix": mix, "count_ms": count_ms()}


def requested() -> list[str]:
    """Twenty query strings as a back office asks them: people page and filter, its programs fetch long pages."""
    newest = Order.objects.aggregate(newest=Max("placed_at"))["newest"]
    quarter = (newest - timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    customers = Order.objects.order_by("-pk").values_list("customer", flat=True)[:2]
    return [
        *[""] * 7,
        *("?page=2", "?page=3", "?page=2&ordering=placed_at"),
        *("?page_size=100", "?page_size=100&page=2", "?page_size=200", "?page_size=200&page=2"),
        *("?status=paid", "?status=shipped", f"?status=shipped&placed_after={quarter}"),
        *(f"?customer={customer}" for customer in customers),
        f"?placed_after={quarter}",
    ]


class Stand:
    """The web server, and what is asked of it on behalf of a clerk."""

    def __init__(self, server: WebServer, *, token: str) -> None:
        self.server = server
        self.headers = {"Authorization": f"Token {token}"}

    def sides(self, mix: list[str], size: Size) -> dict[str, Callable[[], float]]:
        """Requests per second of each side."""
        legacy, tuned = [ORDERS + query for query in mix], [TUNED + query for query in mix]
        return {
            "legacy": partial(self.rate, legacy, size.legacy, mode="legacy"),
            "tuned": partial(self.rate, tuned, size.tuned, mode="legacy"),
            "read_model": partial(self.rate, legacy, size.read_model, mode="cqrs"),
            "tuned_page": partial(self.rate, [TUNED + PAGE] * len(mix), size.tuned, mode="legacy"),
            "read_model_page": partial(self.rate, [ORDERS + PAGE] * len(mix), size.read_model, mode="cqrs"),
            "empty_view": partial(self.rate, [EMPTY] * len(mix), size.read_model, mode="legacy"),
        }

    def rate(self, paths: list[str], times: int, *, mode: str) -> float:
        self.switch(mode)
        return load(self.server, self.headers, paths * times).per_s

    def switch(self, mode: str) -> None:
        """Set the endpoint's mode, and wait until the web server's next answer comes from that side."""
        set_mode(ENDPOINT, mode, by="benchmark", reason="measured", force=True)
        deadline = time.monotonic() + SWITCH_SECONDS
        while f'side;desc="{mode}"' not in self.get(ORDERS)[1]:
            if time.monotonic() > deadline:
                raise AnswersDiffer(f"The web server does not serve {ENDPOINT} by {mode}.")
            time.sleep(0.1)

    def compare(self, mix: list[str]) -> None:
        """Raises AnswersDiffer unless all sides give the same answer to everything in ``mix``."""
        self.switch("legacy")
        legacy = {query: self.answer(ORDERS, query) for query in mix}
        tuned = {query: self.answer(TUNED, query) for query in mix}
        self.switch("cqrs")
        read_model = {query: self.answer(ORDERS, query) for query in mix}
        for query, answer in legacy.items():
            for name, other in {"tuned view": tuned, "read model": read_model}.items():
                if other[query] != answer:
                    raise AnswersDiffer(f"{ORDERS}{query}: the {name} does not answer what legacy does.")

    def answer(self, path: str, query: str) -> bytes:
        """The body as JSON in one spelling; the links to other pages as those of the legacy URL."""
        body = json.loads(self.get(path + query)[0].replace(TUNED.encode(), ORDERS.encode()))
        return json.dumps(body, sort_keys=True).encode()

    def get(self, path: str) -> tuple[bytes, str]:
        """Body and Server-Timing of one answer."""
        client = HTTPConnection(HOST, self.server.port, timeout=30)
        client.request("GET", path, headers=self.headers)
        answer = client.getresponse()
        body = answer.read()
        client.close()
        if answer.status != 200:
            raise AnswersDiffer(f"{path} answers {answer.status}.")
        return body, answer.headers.get("Server-Timing", "")


def figures(rates: dict[str, list[float]]) -> dict[str, Any]:
    read_model, details = rates["read_model"], {}
    for name in ("legacy", "tuned"):
        details[f"speedup_vs_{name}"] = {"middle_half": quartiles(read_model, rates[name])}
    return {
        "speedup_vs_legacy": paired_ratio(read_model, rates["legacy"]),
        "speedup_vs_tuned": paired_ratio(read_model, rates["tuned"]),
        "speedup_vs_tuned_page": paired_ratio(rates["read_model_page"], rates["tuned_page"]),
        **{f"{name}_rps": statistics.median(values) for name, values in rates.items()},
        "rounds": len(read_model),
        "details": details,
    }


def count_ms() -> float:
    """The median time in which the database counts all rows of the read model, for the pages' numbers."""
    taken = []
    for _ in range(COUNTED_TIMES):
        started = time.perf_counter()
        OrderSummary.objects.count()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000
