"""Every request of the run, and what they come to."""

import math
import statistics
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from legacy_app.demo.http import Answer

READ = "GET orders:order-list"
WRITE = "POST orders:order-list"
FEW = f"{READ}, few rows"
"""The label of reads that ask for few rows: their figures are their own."""

EXPECTED = {READ: {200}, WRITE: {201, 202}}
BODY_SHOWN = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One request: its endpoint, the label of its figures, and the answer without its body."""

    endpoint: str
    side: str
    started: float
    milliseconds: float
    queries: int
    process: str
    error: str
    fallback: str = ""
    label: str = ""

    @property
    def ended(self) -> float:
        return self.started + self.milliseconds / 1000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the requests of one label and side come to; ``endpoint`` is the label."""

    endpoint: str
    side: str
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    queries: int


class Measurements:
    """Collects samples from many threads."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._lock = threading.Lock()

    def add(self, endpoint: str, answer: Answer, *, label: str = "") -> None:
        """
        Args:
            label: whose figures it belongs to; the endpoint's unless given.
        """
        sample = Sample(
            endpoint=endpoint,
            side=answer.side or "unknown",
            started=answer.started,
            milliseconds=answer.seconds * 1000,
            queries=answer.queries,
            process=answer.process,
            error=error_in(endpoint, answer),
            fallback=answer.fallback,
            label=label or endpoint,
        )
        with self._lock:
            self.samples.append(sample)

    def taken(self) -> list[Sample]:
        with self._lock:
            return list(self.samples)

    @property
    def errors(self) -> list[str]:
        return [sample.error for sample in self.taken() if sample.error]

    @property
    def fallbacks(self) -> Counter[str]:
        """Why the legacy side answered although the mode was another, and how often."""
        return Counter(sample.fallback for sample in self.taken() if sample.fallback)

    def figures(self) -> list[Figures]:
        """One for each label and side that answered, legacy first."""
        groups: dict[tuple[str, str], list[Sample]] = {}
        for sample in self.taken():
            groups.setdefault((sample.label, sample.side), []).append(sample)
        order = [(label, side) for label in (READ, FEW, WRITE) for side in ("legacy", "cqrs", "unknown")]
        return [figures_of(*key, groups[key]) for key in order if key in groups]


def error_in(endpoint: str, answer: Answer) -> str:
    """What is wrong with an answer, in one line; empty if it is what the client expects."""
    if answer.status in EXPECTED[endpoint]:
        return ""
    said = " ".join(answer.body.decode(errors="replace").split())[:BODY_SHOWN]
    return f"{endpoint} by {answer.side or 'unknown'}: {answer.status or 'no answer'} {said}"


def figures_of(endpoint: str, side: str, samples: list[Sample]) -> Figures:
    times = [sample.milliseconds for sample in samples if not sample.error]
    p50, p95, p99 = (percentile(times, percent) for percent in (50, 95, 99))
    return Figures(
        endpoint=endpoint,
        side=side,
        requests=len(samples),
        errors=sum(bool(sample.error) for sample in samples),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        queries=round(statistics.median(sample.queries for sample in samples)),
    )


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that ``percent`` of all do not exceed; 0 if there are none."""
    ordered: Sequence[float] = sorted(values)
    if not ordered:
        return 0.0
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 3)


def as_document(figures: Iterable[Figures]) -> dict[str, Any]:
    """Endpoint to side to figures, for ``--json``."""
    document: dict[str, Any] = {}
    for item in figures:
        document.setdefault(item.endpoint, {})[item.side] = {
            "requests": item.requests,
            "errors": item.errors,
            "p50_ms": item.p50_ms,
            "p95_ms": item.p95_ms,
            "p99_ms": item.p99_ms,
            "queries": item.queries,
        }
    return document
