"""The HTTP clients: clerks who look at order lists, and clerks who place orders."""

import itertools
import random
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from legacy_app.demo.crew import Crew
from legacy_app.demo.http import Connection
from legacy_app.demo.measurements import READ, WRITE, Measurements
from legacy_app.demo.shop import Shop
from legacy_app.pagination import PageNumberPagination

ORDERS = "/api/orders/"
NOTE = "demo order "
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An order that a client asked for: the note makes it known again. Status 0: no answer came."""

    note: str
    status: int


class Clients(Crew):
    """Concurrent clients, two thirds of them readers."""

    def __init__(self, shop: Shop, port: int, measurements: Measurements) -> None:
        super().__init__("client", PAUSE_SECONDS)
        self.shop = shop
        self.port = port
        self.measurements = measurements
        self.placed: list[Placed] = []
        self._lock = threading.Lock()
        self._tokens = itertools.cycle(shop.tokens)

    def start(self, count: int) -> None:
        buyers = max(1, count // 3)
        for number in range(count):
            connection = Connection(self.port, next(self._tokens))
            if number < buyers:
                self.add(Buyer(self, connection, patient=number % 2 == 0).buy)
            else:
                self.add(Reader(self, connection).read)

    def record(self, placed: Placed) -> None:
        with self._lock:
            self.placed.append(placed)


class Reader:
    """Looks at pages of the order list, filtered as clerks do."""

    def __init__(self, clients: Clients, connection: Connection) -> None:
        self.clients = clients
        self.connection = connection

    def read(self) -> None:
        path = random_list(self.clients.shop)
        self.clients.measurements.add(READ, self.connection.get(path))


class Buyer:
    """Places orders, every other one with the wish not to wait for it; a ``patient`` buyer waits first."""

    def __init__(self, clients: Clients, connection: Connection, *, patient: bool) -> None:
        self.clients = clients
        self.connection = connection
        wishes: list[dict[str, str]] = [{}, {"Prefer": "respond-async"}]
        self.wishes: Iterator[dict[str, str]] = itertools.cycle(wishes if patient else wishes[::-1])

    def buy(self) -> None:
        note = f"{NOTE}{uuid.uuid4()}"
        order = random_order(self.clients.shop, note)
        answer = self.connection.post(ORDERS, order, next(self.wishes))
        self.clients.measurements.add(WRITE, answer)
        self.clients.record(Placed(note=note, status=answer.status))


def random_order(shop: Shop, note: str) -> dict[str, object]:
    skus = random.sample(shop.skus, random.choice([1, 2, 2, 3, 4]))
    lines = [{"sku": sku, "quantity": random.randint(1, 3)} for sku in skus]
    return {"customer": random.choice(shop.customers), "lines": lines, "note": note}


def random_list(shop: Shop) -> str:
    """The path of one page of the list: mostly the first one, often filtered."""
    since = (datetime.now(UTC) - timedelta(days=random.randint(1, 400))).strftime("%Y-%m-%dT%H:%M:%SZ")
    pages = len(shop.orders) // PageNumberPagination.page_size
    return ORDERS + random.choice(
        [
            "",
            "",
            f"?page={random.randint(1, max(1, min(20, pages // 2)))}",
            f"?status={random.choice(['new', 'paid', 'shipped', 'refunded'])}",
            f"?customer={random.choice(shop.customers)}",
            f"?placed_after={since}&ordering=placed_at",
            "?ordering=-id&page_size=10",
        ]
    )
