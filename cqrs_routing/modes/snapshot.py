"""The endpoints' states as this process last read them: half a second old at most when a request asks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from django.db import router

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.state import EndpointState, is_compared, serving_reads, state_of
from cqrs_write.aside import asking
from cqrs_write.backends import load

logger = logging.getLogger("cqrs_routing.modes")

MAX_AGE = 0.5
"""Seconds after which a routed request reads the modes again."""

TOO_OLD = 0.75
"""Seconds after which a request waits for the one that is reading, instead of using what is there."""

LONGEST_WAIT = 0.5
"""Seconds that a request waits at most for another one's reading."""

LONGEST_TRANSACTION = 60.0
"""Seconds after which a transaction that changed a mode, and never said that it committed, is over."""

WITHOUT_ROW = EndpointState()


class ModeSnapshot:
    """The state of every endpoint that has a row, read on the connection of the request that needs it.

    No thread and no connection of its own: a request that finds the snapshot older than :data:`MAX_AGE`
    reads it again, one request at a time. A reading that fails keeps what was known, and never disturbs
    the request.

    Args:
        read: returns the state of every endpoint that has a row.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self, read: Callable[[], Mapping[str, EndpointState]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._states: Mapping[str, EndpointState] = {}
        self.serves_reads = False
        """Whether some client may be served by a read model. Attributes both: every request looks at them."""

        self.compares = False
        """Whether some request may be compared."""

        self._pinned: dict[str, EndpointState] = {}
        self._tried_at = float("-inf")
        self._reading = threading.Lock()
        self._failing = False
        self._unsettled_until = float("-inf")

    def state_of(self, endpoint: str) -> EndpointState:
        return self._pinned.get(endpoint) or self._states.get(endpoint, WITHOUT_ROW)

    def is_due(self) -> bool:
        now = self._clock()
        return now - self._tried_at > MAX_AGE or now < self._unsettled_until

    def refresh(self) -> None:
        """Read, or wait for the request that is reading. Does nothing when it is not due; never raises."""
        too_old = self._clock() - self._tried_at > TOO_OLD
        if not self._reading.acquire(timeout=LONGEST_WAIT if too_old else 0):
            return
        try:
            if self.is_due():
                self._read_now()
        finally:
            self._reading.release()

    def expire(self, *, unsettled: bool = False) -> None:
        """Have the next routed request read again.

        Args:
            unsettled: a transaction that may still be rolled back, which nobody would tell, changed a mode:
                until :meth:`settle`, have every routed request read again.
        """
        if unsettled:
            self._unsettled_until = self._clock() + LONGEST_TRANSACTION
        self._tried_at = float("-inf")

    def settle(self) -> None:
        """The transaction that changed a mode is committed."""
        self._unsettled_until = float("-inf")
        self.expire()

    def forget(self) -> None:
        """Know nothing, as a process that has just started."""
        self._failing = False
        self._know({})
        self.settle()

    def pin(self, endpoint: str, state: EndpointState | None) -> EndpointState | None:
        """Let ``endpoint`` be in ``state`` whatever its row says; None lets go. Returns the pin before."""
        before = self._pinned.pop(endpoint, None)
        if state is not None:
            self._pinned[endpoint] = state
        self._know(self._states)
        return before

    def _know(self, states: Mapping[str, EndpointState]) -> None:
        self._states = states
        known = {**states, **self._pinned}
        self.serves_reads, self.compares = serving_reads(known), any(map(is_compared, known.values()))

    def _read_now(self) -> None:
        tried_at = self._clock()
        try:
            self._know(self._read())
        except Exception:
            if not self._failing:
                logger.warning("The modes cannot be read; the last known ones stay.", exc_info=True)
            self._failing = True
        else:
            self._failing = False
        self._tried_at = tried_at


def read_states() -> dict[str, EndpointState]:
    """The state of every declared endpoint that has a row, from the primary: a replica may lag.

    A lock on the table is not waited for long: behind a migration that waits for a backup, every request would.
    """
    alias = router.db_for_write(EndpointMode)
    with asking(alias), load("cqrs_write", "locks", alias).waiting_briefly(alias):
        rows = EndpointMode.objects.using(alias).in_bulk()
        return {name: state_of(endpoints.get(name), rows[name]) for name in endpoints.names if name in rows}


modes = ModeSnapshot(read_states)
