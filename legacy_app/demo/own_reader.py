"""A client that reads what it has just written, and remembers what it was shown."""

import json
import random
import threading
from collections import Counter

from legacy_app.demo.clients import FEW_ROWS, ORDERS, Clients, Placed, new_note, random_order, random_till
from legacy_app.demo.crew import Crew
from legacy_app.demo.http import Answer
from legacy_app.demo.measurements import FEW, READ, WRITE
from legacy_app.demo.promises import CREATED
from legacy_app.demo.trials import OwnWrites

PAUSE_SECONDS = 0.1
FORGETFUL = 0.25
TOKEN = "Freshness-Token"


class OwnReaders(Crew):
    """One keeps the token as programs do, in a header, the other one as browsers do, in a cookie."""

    def __init__(self, clients: Clients) -> None:
        super().__init__("client that reads what it wrote", PAUSE_SECONDS)
        self.clients = clients
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def start(self) -> None:
        self.add(OwnReader(self, has_cookies=False).write_and_read)
        self.add(OwnReader(self, has_cookies=True).write_and_read)

    def count(self, answer: Answer, *, stale: bool, forgets: bool) -> None:
        with self._lock:
            if forgets:
                self._counts.update(forgotten=1, stale_without=int(stale))
            else:
                self._counts.update(pairs=1, stale=int(stale), by_legacy=int(bool(answer.fallback)))

    @property
    def result(self) -> OwnWrites:
        with self._lock:
            names = ("pairs", "stale", "by_legacy", "forgotten", "stale_without")
            return OwnWrites(**{name: self._counts[name] for name in names})


class OwnReader:
    """Places an order and looks at its customer's latest ones, with the token, which it sometimes forgets."""

    def __init__(self, readers: OwnReaders, *, has_cookies: bool) -> None:
        self.readers = readers
        self.clients = readers.clients
        self.connection = self.clients.connect()
        self.has_cookies = has_cookies
        self.jar = "theme=dark"

    def write_and_read(self) -> None:
        note = new_note()
        order = random_order(self.clients.shop, note) | {
            "customer": random.choice(self.clients.shop.customers)
        }
        written = self.connection.post(ORDERS, order, self.cookies())
        self.clients.measurements.add(WRITE, written)
        self.clients.record(Placed(note=note, status=written.status))
        if written.status == CREATED:
            self.read(json.loads(written.body)["id"], order["customer"], written)

    def cookies(self) -> dict[str, str]:
        return {"Cookie": self.jar} if self.has_cookies else {}

    def token(self, written: Answer) -> dict[str, str]:
        """As it was handed out: the headers that bring it back."""
        if self.has_cookies:
            self.jar = written.cookie or self.jar
            return self.cookies()
        return {TOKEN: written.freshness}

    def read(self, order: int, customer: object, written: Answer) -> None:
        token, forgets = self.token(written), random.random() < FORGETFUL
        path = f"{ORDERS}?customer={customer}&page_size={FEW_ROWS}"
        answer = self.connection.get(path, random_till() | ({} if forgets else token))
        self.clients.measurements.add(READ, answer, label=FEW)
        self.readers.count(answer, stale=not shows(answer, order), forgets=forgets)


def shows(answer: Answer, order: int) -> bool:
    return any(row["id"] == order for row in json.loads(answer.body).get("results", ()))
