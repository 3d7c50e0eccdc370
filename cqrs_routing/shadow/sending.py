"""Sending samples to whoever compares: several in one message, and none where there is too much to do."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from contextlib import suppress
from time import monotonic
from typing import Any

from celery.app import app_or_default

from cqrs_routing.conf import settings
from cqrs_routing.shadow.sample import Sample
from cqrs_routing.traffic.counts import SHADOW, SHED, counts
from cqrs_write import wakeup

logger = logging.getLogger("cqrs_routing.shadow")

COMPARE = "cqrs_routing.compare"
"""The task that compares."""

BATCH = 10
"""Samples that one message has at most; a message costs as much as a tenth of a request."""

LONGEST = 0.25
"""Seconds that samples wait for others."""

PENDING = 100
"""Samples that wait in this process at most, while another thread is sending."""

EXPIRES = 60
"""Seconds after which a message is dropped."""

LOOK_AGAIN = 1.0
"""Seconds for which the length of the queue is taken to be the same."""

PAUSE = 5.0
"""Seconds for which a broker that could not be reached is left alone."""


class Sender:
    """Samples of this process on their way. Never raises; what is not sent is counted as shed.

    Called when a client has its answer. It has no thread of its own: what waits is sent with the next sample, or when
    the process ends.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Sample] = []
        self._sending = threading.Lock()
        self._sent_at = self._looked_at = self._away_until = float("-inf")
        self._is_full = False
        self._connection: Any = None

    def send(self, sample: Sample) -> None:
        if monotonic() < self._away_until or len(self._pending) >= PENDING:
            shed(sample)
            return
        with self._lock:
            self._pending.append(sample)
        if len(self._pending) >= BATCH or monotonic() - self._sent_at > LONGEST:
            self.flush()

    def flush(self) -> None:
        """Send what waits, unless another thread is at it."""
        if not self._sending.acquire(blocking=False):
            return
        try:
            with self._lock:
                samples, self._pending = self._pending, []
            for start in range(0, len(samples), BATCH):
                self._send(samples[start : start + BATCH])
            self._sent_at = monotonic()
        finally:
            self._sending.release()

    def _send(self, samples: list[Sample]) -> None:
        try:
            if app_or_default().conf.task_always_eager:
                run_here(samples)
            elif self._has_room():
                self._publish(samples)
                return
            else:
                shed(*samples)
        except Exception as error:  # noqa: BLE001  shadow work reaches nobody; counted and logged
            self._give_up(error)
            shed(*samples)

    def _publish(self, samples: list[Sample]) -> None:
        app_or_default().send_task(
            COMPARE,
            ([sample.to_dict() for sample in samples],),
            queue=settings().shadow_queue,
            expires=EXPIRES,
            ignore_result=True,
            retry=False,
            connection=self._connected(),
        )

    def _has_room(self) -> bool:
        """Whether the queue is short enough, looked at once a second."""
        if monotonic() - self._looked_at > LOOK_AGAIN:
            channel = self._connected().default_channel
            declared = channel.queue_declare(settings().shadow_queue, durable=True)
            self._is_full = declared.message_count * BATCH > settings().shadow_queue_limit
            self._looked_at = monotonic()
        return not self._is_full

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = wakeup.impatient_connection(app_or_default())
        return self._connection

    def _give_up(self, error: Exception) -> None:
        connection, self._connection = self._connection, None
        self._away_until = monotonic() + PAUSE
        logger.warning(
            "Nothing can be compared: samples cannot be sent (%s: %s).", type(error).__name__, error
        )
        if connection is not None:
            with suppress(Exception):  # it is broken; what it says about being closed interests nobody
                connection.release()


def run_here(samples: list[Sample]) -> None:
    app = app_or_default()
    app.loader.import_default_modules()
    app.tasks[COMPARE].apply(([sample.to_dict() for sample in samples],))


def shed(*samples: Sample) -> None:
    for sample in samples:
        counts.add(sample.endpoint, sample.stint, SHADOW, SHED)


def _renew() -> None:
    """A forked child shares no connection with its parent."""
    global sender
    sender = Sender()


sender = Sender()
os.register_at_fork(after_in_child=_renew)
atexit.register(lambda: sender.flush())
