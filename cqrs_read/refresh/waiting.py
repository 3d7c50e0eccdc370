"""Waiting for freshness: a reader that stays until a refresh has brought what its token covers, or its time is over."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from asgiref.sync import sync_to_async

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.refresh.hurry import hurry
from cqrs_read.standing.freshness import Demand, Lacking, Look, look
from cqrs_write.freshness import Token
from cqrs_write.http.waiting.places import place

FIRST_SECONDS = 0.005
LONGEST_SECONDS = 0.025
GROWTH = 1.5

RELUCTANT_SECONDS = 1.0
"""After a wait in vain nobody else of the process waits for the same read model for that long."""

_in_vain: dict[str, tuple[str, float]] = {}
"""By name of a read model: the position at the end of the last wait in vain, and when that was."""


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How it went. True if the rows contain all that the token covers.

    Attributes:
        reason: what they lack, in one line.
        waited_seconds: None if nobody waited.
        foreign: the token is of another database, or of one before a failover: all that was there was asked for.
    """

    reason: str = ""
    waited_seconds: float | None = None
    foreign: bool = False

    def __bool__(self) -> bool:
        return not self.reason

    @property
    def timed_out(self) -> bool:
        return bool(self.reason) and self.waited_seconds is not None


def wait_until_fresh(
    read_models: Sequence[type[ReadModel]], token: Token, limit_seconds: float, *, patient: bool = False
) -> Freshness:
    """Wait until the rows of ``read_models`` contain every change that ``token`` covers, asking for a refresh.

    What no single refresh would bring is not waited for. Neither is what others have just waited for in vain, so
    that a refresher that has stopped does not make every reader slow; nor do more than
    ``CQRS_WRITE["WAITING_REQUESTS"]`` wait in a process, since each keeps a thread.

    Args:
        token: one without numbers covers everything that is there now.
        patient: wait whatever others do.

    Raises:
        ProjectionError: if a declaration cannot be kept true.
        DatabaseError: if a database does not answer.
    """
    with _Wait(read_models, token, limit_seconds, patient) as wait:
        while (pause := wait.step()) is not None:
            time.sleep(pause)
        return wait.result


async def await_until_fresh(
    read_models: Sequence[type[ReadModel]], token: Token, limit_seconds: float
) -> Freshness:
    """The same in an event loop: it keeps no thread between two looks."""
    with _Wait(read_models, token, limit_seconds, False) as wait:
        while (pause := await sync_to_async(wait.step)()) is not None:
            await asyncio.sleep(pause)
        return wait.result


class _Wait:
    """One reader's wait, a look at a time."""

    def __init__(
        self, read_models: Sequence[type[ReadModel]], token: Token, limit_seconds: float, patient: bool
    ) -> None:
        self.read_models, self.demand = read_models, Demand(token=token)
        self.limit_seconds, self.patient = limit_seconds, patient
        self.result = Freshness()
        self._place = ExitStack()
        self._began: float | None = None
        self._pause = FIRST_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._place.close()

    def step(self) -> float | None:
        """Look. Returns the seconds until the next look; None once there is a result."""
        found = look(self.read_models, self.demand)
        self.result = Freshness(
            reason=found.reason,
            waited_seconds=None if self._began is None else time.monotonic() - self._began,
            foreign=found.foreign or self.result.foreign,
        )
        if self.result or not found.is_passing or not self._may_wait(found):
            return None
        if self._began is None:
            self._began = time.monotonic()
            hurry()
        left = self._began + self.limit_seconds - time.monotonic()
        if left <= 0:
            self._note_in_vain(found)
            return None
        pause, self._pause = self._pause, min(self._pause * GROWTH, LONGEST_SECONDS)
        return min(pause, left)

    def _may_wait(self, found: Look) -> bool:
        if self.limit_seconds <= 0:
            return False
        if self._began is not None or self.patient:
            return True
        return not any(map(_is_in_vain, found.lacking)) and self._place.enter_context(place())

    def _note_in_vain(self, found: Look) -> None:
        for one in found.lacking:
            _in_vain[one.name] = one.position, time.monotonic()


def _is_in_vain(one: Lacking) -> bool:
    position, since = _in_vain.get(one.name, ("", float("-inf")))
    return position == one.position or time.monotonic() - since < RELUCTANT_SECONDS
