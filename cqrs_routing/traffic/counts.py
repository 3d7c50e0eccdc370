"""Counts: what this process has counted and not yet added to the database."""

from __future__ import annotations

import threading
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


class Counts:
    """Counts of this process, by cell. Adding takes a microsecond and cannot fail."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._cells: dict[Key, int] = {}

    def __bool__(self) -> bool:
        return bool(self._cells)

    def add(self, endpoint: str, stint: int, side: str, metric: str, bucket: int = 0, count: int = 1) -> None:
        """Count ``metric`` of ``endpoint`` on ``side``: ``fallback``, ``compared`` …"""
        cell = (endpoint, self._slot(), stint, side, metric, bucket)
        with self._lock:
            self._cells[cell] = self._cells.get(cell, 0) + count

    def answered(self, endpoint: str, stint: int, side: str, status: int, milliseconds: float) -> None:
        """Count a request that was answered."""
        slot = self._slot()
        by_status = (endpoint, slot, stint, side, STATUS, status)
        by_latency = (endpoint, slot, stint, side, LATENCY, bucket_of(milliseconds))
        with self._lock:
            cells = self._cells
            cells[by_status] = cells.get(by_status, 0) + 1
            cells[by_latency] = cells.get(by_latency, 0) + 1

    def take(self) -> dict[Cell, int]:
        """What was counted; it is no longer here."""
        with self._lock:
            cells, self._cells = self._cells, {}
        return {Cell(*key): count for key, count in cells.items()}

    def give_back(self, cells: Mapping[Cell, int]) -> None:
        """Keep ``cells`` that could not be added."""
        with self._lock:
            for cell, count in cells.items():
                self._cells[cell] = self._cells.get(cell, 0) + count
            if len(self._cells) > MOST:
                newest = sorted(self._cells, key=lambda key: key[1])[-MOST:]
                self._cells = {cell: self._cells[cell] for cell in newest}

    def _slot(self) -> int:
        return int(self._clock()) // SLOT * SLOT


counts = Counts()
