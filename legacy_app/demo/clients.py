"""The HTTP clients: clerks who look at order lists, and clerks who place orders."""

import itertools
import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from legacy_app.demo.crew import Crew
from legacy_app.demo.http import Connection
from legacy_app.demo.measurements import FEW, READ, WRITE, Measurements
from legacy_app.demo.shop import Shop
from legacy_app.demo.thresholds import TILL
from legacy_app.pagination import PageNumberPagination

ORDERS = "/api/orders/"
NOTE = "demo order "
PAUSE_SECONDS = 0.5
TILLS = 1000
FEW_ROWS = 5
RUSH = 5


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An order that a client asked for: the note makes it known again. Status 0: no answer came."""

    note: str
    status: int


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What clients do in a chapter.

    Attributes:
        few: look at few rows, so that many requests are answered in a short time.
        at_once: requests for lists, one right after another.
        in_turn: place one order after the other, never two at the same time.
        may_wish: whether it is known that orders can be placed without waiting.
    """

    few: bool = False
    at_once: int = 1
    in_turn: bool = False
    may_wish: bool = False


class Clients(Crew):
    """Concurrent clients, two thirds of them readers; ``habits`` may change while they are at it."""

    def __init__(self, shop: Shop, port: int, measurements: Measurements) -> None:
        super().__init__("client", PAUSE_SECONDS)
        self.shop = shop
        self.port = port
        self.measurements = measurements
        self.habits = Habits()
        self.placed: list[Placed] = []
        self.turn = threading.Lock()
        self._lock = threading.Lock()
        self._tokens = itertools.cycle(shop.tokens)

    def start(self, count: int) -> None:
        buyers = max(1, count // 3)
        for number in range(count):
            connection = self.connect()
            if number < buyers:
                self.add(Buyer(self, connection, patient=number % 2 == 0).buy)
            else:
                self.add(Reader(self, connection).read)

    def connect(self) -> Connection:
        """A connection of the next clerk."""
        return Connection(self.port, next(self._tokens))

    def record(self, placed: Placed) -> None:
        with self._lock:
            self.placed.append(placed)


class Reader:
    """Looks at pages of the order list, filtered as clerks do."""

    def __init__(self, clients: Clients, connection: Connection) -> None:
        self.clients = clients
        self.connection = connection

    def read(self) -> None:
        habits = self.clients.habits
        for _ in range(habits.at_once):
            path = random_list(self.clients.shop, few=habits.few)
            answer = self.connection.get(path, random_till())
            self.clients.measurements.add(READ, answer, label=FEW if habits.few else READ)


class Buyer:
    """Places orders, every other one with the wish not to wait for it; a ``patient`` buyer waits first."""

    def __init__(self, clients: Clients, connection: Connection, *, patient: bool) -> None:
        self.clients = clients
        self.connection = connection
        wishes: list[dict[str, str]] = [{}, {"Prefer": "respond-async"}]
        self.wishes: Iterator[dict[str, str]] = itertools.cycle(wishes if patient else wishes[::-1])

    def buy(self) -> None:
        note, habits = new_note(), self.clients.habits
        wish = next(self.wishes) if habits.may_wish else {}
        with self.clients.turn if habits.in_turn else nullcontext():
            answer = self.connection.post(ORDERS, random_order(self.clients.shop, note), random_till() | wish)
        self.clients.measurements.add(WRITE, answer)
        self.clients.record(Placed(note=note, status=answer.status))


def new_note() -> str:
    return f"{NOTE}{uuid.uuid4()}"


def random_till() -> dict[str, str]:
    return {TILL: str(random.randrange(TILLS))}


def random_order(shop: Shop, note: str) -> dict[str, object]:
    skus = random.sample(shop.skus, random.choice([1, 2, 2, 3, 4]))
    lines = [{"sku": sku, "quantity": random.randint(1, 3)} for sku in skus]
    return {"customer": random.choice(shop.customers), "lines": lines, "note": note}


def random_list(shop: Shop, *, few: bool = False) -> str:
    """The path of one page of the list: mostly the first one, often filtered."""
    since = (datetime.now(UTC) - timedelta(days=random.randint(1, 400))).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = FEW_ROWS if few else PageNumberPagination.page_size
    query = random.choice(
        [
            "",
            "",
            f"page={random.randint(1, max(1, min(20, len(shop.orders) // PageNumberPagination.page_size // 2)))}",
            f"status={random.choice(['new', 'paid', 'shipped', 'refunded'])}",
            f"customer={random.choice(shop.customers)}",
            f"placed_after={since}&ordering=placed_at",
            "ordering=-id",
        ]
    )
    return f"{ORDERS}?{query}&page_size={rows}" if query else f"{ORDERS}?page_size={rows}"
