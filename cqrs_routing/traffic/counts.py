"""Counts: what this process has counted and not yet added to the database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from time import time
from typing import NamedTuple

from cqrs_routing.traffic.latency import bucket_of

SLOT = 5
"""Seconds of a slot. Windows are made of whole ones."""

STATUS = "status"
"""The metric of answered requests; its bucket is the HTTP status."""

LATENCY = "latency"
"""The metric of how long answers took; its bucket is that of :mod:`cqrs_routing.traffic.latency`."""

FALLBACK = "fallback"
"""The metric of requests that legacy answered although the mode said otherwise."""

COMPARED, MISMATCHED = "compared", "mismatched"
"""The metrics of comparisons that came to a result, and of those where the sides differed."""

INCONCLUSIVE, SHED = "inconclusive", "shed"
"""The metrics of comparisons without a result, and of those that were left out since there was too much to do."""

SHADOW = "shadow"
"""The side of what the candidate does beside legacy, and of the comparisons with it."""

MOST = 20_000
"""Cells that are kept while they cannot be added; beyond, the oldest are dropped."""


class Cell(NamedTuple):
    """What is counted, where and when: a row of the table."""

    endpoint: str
    slot: int
    stint: int
    side: str
    metric: str
    bucket: int


Key = tuple[str, int, int, str, str, int]
"""A cell while it is counted: a plain tuple is made in a fraction of the time."""

Answer = tuple[str, int, int, str, int, int]
"""The two cells of an answered request in one, with its status and the bucket of its latency."""


class Counts:
    """Counts of this process, by cell. Adding takes a microsecond and cannot fail."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._cells: dict[Key, int] = {}
        self._answers: dict[Answer, int] = {}
        self.waiting = False
        """Whether there is something to be added. An attribute: every request looks at it."""

    def add(self, endpoint: str, stint: int, side: str, metric: str, bucket: int = 0, count: int = 1) -> None:
        """Count ``metric`` of ``endpoint`` on ``side``: ``fallback``, ``compared`` …"""
        cell = (endpoint, self._slot(), stint, side, metric, bucket)
        with self._lock:
            self._cells[cell] = self._cells.get(cell, 0) + count
            self.waiting = True

    def answered(self, endpoint: str, stint: int, side: str, status: int, milliseconds: float) -> None:
        """Count a request that was answered."""
        answer = (endpoint, self._slot(), stint, side, status, bucket_of(milliseconds))
        with self._lock:
            self._answers[answer] = self._answers.get(answer, 0) + 1
            self.waiting = True

    def take(self) -> dict[Cell, int]:
        """What was counted; it is no longer here."""
        with self._lock:
            cells, self._cells = self._cells, {}
            answers, self._answers = self._answers, {}
            self.waiting = False
        taken = Counter({Cell(*key): count for key, count in cells.items()})
        for (endpoint, slot, stint, side, status, bucket), count in answers.items():
            taken[Cell(endpoint, slot, stint, side, STATUS, status)] += count
            taken[Cell(endpoint, slot, stint, side, LATENCY, bucket)] += count
        return dict(taken)

    def give_back(self, cells: Mapping[Cell, int]) -> None:
        """Keep ``cells`` that could not be added."""
        with self._lock:
            self.waiting = bool(cells) or self.waiting
            for cell, count in cells.items():
                self._cells[cell] = self._cells.get(cell, 0) + count
            if len(self._cells) > MOST:
                newest = sorted(self._cells, key=lambda key: key[1])[-MOST:]
                self._cells = {cell: self._cells[cell] for cell in newest}

    def _slot(self) -> int:
        return int(self._clock()) // SLOT * SLOT


counts = Counts()
