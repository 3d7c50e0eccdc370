"""The legacy writers: the rest of the monolith, which changes the same tables and knows nothing of CQRS."""

import random
import threading
from collections import Counter
from functools import partial

from django.db import DatabaseError

from legacy_app.demo.crew import Crew
from legacy_app.demo.shop import Shop
from legacy_app.demo.writes import WRITES, Slice

PAUSE_SECONDS = 0.08


class Writers(Crew):
    """Threads that take random kinds of writes; each has rows of its own, so they never deadlock."""

    def __init__(self, shop: Shop, *, pause: float = PAUSE_SECONDS) -> None:
        super().__init__("legacy writer", pause)
        self.shop = shop
        self.done: Counter[str] = Counter()
        self.errors: list[str] = []
        self._lock = threading.Lock()

    def start(self, count: int) -> None:
        for number in range(count):
            part = Slice.of(self.shop, number, count)
            self.add(partial(self.write, part))

    def write(self, part: Slice) -> None:
        write = random.choice(WRITES)
        try:
            write(part)
        except DatabaseError as error:
            with self._lock:
                self.errors.append(f"legacy write {write.__name__}: {' '.join(str(error).split())}")
        with self._lock:
            self.done[write.__name__] += 1
