"""Heads: the first open commands of lanes, found by hopping from lane to lane in the index."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cqrs_write.backends import load
from cqrs_write.definition.registry import registry
from cqrs_write.models import LoggedCommand

LOWEST_KEY, HIGHEST_KEY = -(2**63), 2**63 - 1
LANES_PER_LOOK = 50


@dataclass(frozen=True, kw_only=True)
class Page:
    """Up to :data:`LANES_PER_LOOK` lanes of one priority, by their first commands: runnable, or marked long ago."""

    queue: str
    priority: int
    using: str
    heads: list[LoggedCommand]

    def has_been_overtaken(self) -> bool:
        """Whether a command of a higher priority is runnable by now."""
        if self.priority >= max((one.priority for one in registry if one.queue == self.queue), default=0):
            return False
        return any(
            self._lanes.runnable(self.using, self.queue, priority, LOWEST_KEY, HIGHEST_KEY, timezone.now(), 1)
            for priority in self._lanes.priorities(self.using, self.queue)
            if priority > self.priority
        )

    @property
    def _lanes(self) -> Any:
        return load("cqrs_write", "lanes", self.using)


def pages(queue: str, using: str) -> Iterator[Page]:
    """All lanes, those of the highest priority first; of each priority once around, from a random one.

    The random start makes workers spread.
    """
    for priority in load("cqrs_write", "lanes", using).priorities(using, queue):
        start = random.randint(LOWEST_KEY, HIGHEST_KEY)
        yield from _between(start, HIGHEST_KEY, queue, priority, using)
        yield from _between(LOWEST_KEY, start - 1, queue, priority, using)


def _between(low: int, high: int, queue: str, priority: int, using: str) -> Iterator[Page]:
    lanes = load("cqrs_write", "lanes", using)
    while low <= high:
        found = lanes.runnable(using, queue, priority, low, high, timezone.now(), LANES_PER_LOOK)
        if found:
            yield Page(queue=queue, priority=priority, using=using, heads=found)
        if len(found) < LANES_PER_LOOK:
            return
        low = found[-1].lane_key + 1
