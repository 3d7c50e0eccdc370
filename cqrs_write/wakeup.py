"""Wake-ups: Celery messages that tell workers to look for what is to be done, sent by a thread of their own."""

import atexit
import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery import Celery
from celery.app import app_or_default
from kombu import Connection

from cqrs_write.conf import settings

logger = logging.getLogger(__name__)

DRAIN = "cqrs_write.drain"
EXPIRES = 30
"""Seconds after which a worker throws a wake-up away: the sweep has sent newer ones by then."""

# A broker that does not answer is given up at once; nothing is lost by it.
REDIS_OPTIONS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.2, "max_retries": 0}


@dataclass(frozen=True, order=True)
class WakeUp:
    """A message: the ``task`` that a worker of the Celery queue ``queue`` shall run."""

    task: str
    queue: str
    args: tuple[str, ...] = ()


class Waker:
    """Collects wake-ups, and sends each at most once per ``WAKEUP_INTERVAL``, but at once what somebody waits for.

    A message costs about as much as a tenth of a request. The first after a pause is sent at once; those who ask within
    the interval share the next.

    The thread starts with the first wake-up. What is pending when the process ends is sent within half a second or left
    to the sweep.
    """

    def __init__(self) -> None:
        self.failures = 0
        """Wake-ups that could not be sent since the process began."""
        self._lock = threading.Lock()
        self._pending: dict[WakeUp, tuple[float, float]] = {}
        """The messages that are to be sent, and when by the monotonic clock: for the first who asked, for the last."""
        self._asked = threading.Event()
        self._hurry = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._reachable = True

    def wake(self, message: WakeUp, delay: float = 0.0, *, hurry: bool = False) -> None:
        due = time.monotonic() + delay
        with self._lock:
            if hurry:
                self._hurry.set()
            known = self._pending.get(message)
            self._pending[message] = (min(known[0], due), max(known[1], due)) if known else (due, due)
            if known and known[0] <= due:
                return
            self._idle.clear()
            self._asked.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="cqrs-wakeup", daemon=True)
                self._thread.start()

    def flush(self, timeout: float) -> bool:
        """Send what is due; wait at most ``timeout`` seconds until nothing is pending; return whether nothing is."""
        self._hurry.set()
        return self._idle.wait(timeout)

    def _run(self) -> None:
        while True:
            self._asked.wait(self._until_due())
            for message in self._take():
                self._send(message)
            with self._lock:
                if not self._pending:
                    self._idle.set()
            self._hurry.wait(settings().wakeup_interval)
            self._hurry.clear()

    def _until_due(self) -> float | None:
        """Seconds until the next message is due; None where none is."""
        with self._lock:
            first = min((first for first, _ in self._pending.values()), default=None)
        return None if first is None else max(first - time.monotonic(), 0.0)

    def _take(self) -> list[WakeUp]:
        now = time.monotonic()
        with self._lock:
            due = sorted(message for message, (first, _) in self._pending.items() if first <= now)
            for message in due:
                _, last = self._pending.pop(message)
                if last > now:
                    # What the last asked for is not there yet.
                    self._pending[message] = last, last
            self._asked.clear()
        return due

    def _send(self, message: WakeUp) -> None:
        try:
            publish(message, connection=self._connected())
        except Exception as error:  # noqa: BLE001  nothing may end the thread; counted and logged
            self._failed(error)
        else:
            self._reachable = True

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = impatient_connection(app_or_default())
        return self._connection

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self._disconnect()
        if self._reachable:
            logger.warning(
                "Wake-ups cannot be sent (%s: %s). Accepted commands and changes wait in their logs until beat "
                "reaches a worker. This is logged once until a wake-up gets through.",
                type(error).__name__,
                error,
            )
        self._reachable = False

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it is broken; what it says about being closed interests nobody
                connection.release()


def wake(queue: str, using: str, delay: float = 0.0, *, hurry: bool = False) -> None:
    """Have workers look into ``queue`` of the command log of ``using``. Costs microseconds and never raises.

    With ``task_always_eager`` the queue is worked off here and now.

    Args:
        delay: seconds from now; by then there is something to be done.
        hurry: whether somebody waits for it, so that the message is not held back to be sent together with others.
    """
    send(WakeUp(DRAIN, queue, (queue, using)), delay, hurry=hurry)


def send(message: WakeUp, delay: float = 0.0, *, hurry: bool = False) -> None:
    """Have a worker run a task soon, once however often this is asked meanwhile. Costs microseconds.

    With ``task_always_eager`` it is run here and now, when ``delay`` seconds have passed.
    """
    app = app_or_default()
    if app.conf.task_always_eager:
        time.sleep(delay)
        _run_here(app, message)
    else:
        _waker.wake(message, delay, hurry=hurry)


def flush(timeout: float = 0.5) -> bool:
    """Wait at most ``timeout`` seconds until every wake-up was sent or has failed; return whether so."""
    return _waker.flush(timeout)


def failures() -> int:
    """How many wake-ups this process could not send."""
    return _waker.failures


def publish(message: WakeUp, *, connection: Connection | None = None) -> None:
    """Send one wake-up.

    Raises:
        OperationalError: if the broker cannot be reached.
    """
    app_or_default().send_task(
        message.task,
        message.args,
        queue=message.queue,
        expires=EXPIRES,
        ignore_result=True,
        retry=False,
        connection=connection,
    )


def impatient_connection(app: Celery) -> Connection:
    """A connection of the caller's own, with limits that do not depend on the project's settings."""
    connection = app.connection_for_write()
    if connection.transport.driver_type == "redis":
        connection.transport_options = {**(connection.transport_options or {}), **REDIS_OPTIONS}
    return connection


def _run_here(app: Celery, message: WakeUp) -> None:
    app.loader.import_default_modules()
    task: Any = app.tasks[message.task]
    task.apply(message.args)


def _renew() -> None:
    """A forked child has neither the parent's thread nor, perhaps, its locks in a usable state."""
    global _waker
    _waker = Waker()


_waker = Waker()
os.register_at_fork(after_in_child=_renew)
atexit.register(flush)
