"""What a rehearsed request takes longer: an order of the legacy view's, after the handler has done it in a sandbox.

One gunicorn worker on one core. Beside it, what the image triggers cost where they lie dormant.
"""

import os
import random
import statistics
import time
from decimal import Decimal
from typing import Any

from rest_framework.authtoken.models import Token

from benchmarks.rounds import alternate, paired_ratio
from benchmarks.summaries import execute
from benchmarks.webserver import Answered, WebServer, load, web_server
from cqrs_routing.modes.mode import Mode
from cqrs_routing.switching.switch import Setting, switch
from cqrs_routing.traffic.counts import COMPARED, INCONCLUSIVE, MISMATCHED, SHADOW
from cqrs_routing.traffic.totals import totals
from cqrs_write.capture.images import install_images, remove_images
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Product
from legacy_app.servers import own_redis

ENDPOINT, PATH = "POST orders:order-list", "/api/orders/"
OBEYED_SECONDS = 1.2
ROUNDS, ORDERS = 12, 60


def measure(*, quick: bool) -> dict[str, Any]:
    rounds, orders = (1, 5) if quick else (ROUNDS, ORDERS)
    Product.objects.update(stock=10_000_000)
    with own_redis() as redis:
        os.environ |= {"CELERY_BROKER_URL": redis.url, "REDIS_URL": redis.url}
        with web_server() as server:
            stand = Stand(server, orders)
            sides = {"plain": stand.plain, "dormant": stand.dormant, "rehearsed": stand.rehearsed}
            found = alternate(sides, rounds, warm_up=0 if quick else 1)
    ms = {side: [statistics.median(one.each) * 1000 for one in many] for side, many in found.items()}
    return {
        "ratio_to_plain": paired_ratio(ms["rehearsed"], ms["plain"]),
        "dormant_ratio_to_plain": paired_ratio(ms["dormant"], ms["plain"]),
        "plain_ms": statistics.median(ms["plain"]),
        "rehearsed_ms": statistics.median(ms["rehearsed"]),
        "rounds": rounds,
        **stand.counted(),
    }


class Stand:
    """The web server, and the orders that a clerk sends."""

    def __init__(self, server: WebServer, number: int) -> None:
        self.server = server
        self.headers = {"Authorization": f"Token {Token.objects.get(user__username='clerk1').key}"}
        choice = random.Random(7)
        customers = list(Customer.objects.values_list("pk", flat=True))
        skus = list(Product.objects.filter(active=True).values_list("sku", flat=True))
        self.orders = [
            {
                "customer": choice.choice(customers),
                "lines": [{"sku": sku, "quantity": 1} for sku in choice.sample(skus, 3)],
                "note": "benchmark",
            }
            for _ in range(number)
        ]

    def plain(self) -> Answered:
        """Without image triggers."""
        self.put(Mode.LEGACY)
        remove_images(ENDPOINT)
        return self.placed()

    def dormant(self) -> Answered:
        install_images(ENDPOINT)
        self.put(Mode.LEGACY)
        return self.placed()

    def rehearsed(self) -> Answered:
        install_images(ENDPOINT)
        self.put(Mode.SHADOW, sample_percent=Decimal(100))
        return self.placed()

    def put(self, mode: Mode, **setting: Any) -> None:
        switch(ENDPOINT, Setting(mode=mode, **setting), by="benchmark")
        time.sleep(OBEYED_SECONDS)

    def placed(self) -> Answered:
        execute("VACUUM ANALYZE orders_order, orders_orderline, orders_product", "CHECKPOINT")
        return load(
            self.server, self.headers, [(PATH, order) for order in self.orders], expected=[201], rate=None
        )

    def counted(self) -> dict[str, int]:
        """What the rehearsals came to; differences would say that something else was measured."""
        shadow = totals(ENDPOINT)[SHADOW]
        return {metric: shadow.other(metric) for metric in (COMPARED, MISMATCHED, INCONCLUSIVE)}
