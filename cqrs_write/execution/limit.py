"""Time limits: an attempt that takes too long is ended.

In a process's main thread a signal interrupts the handler wherever it is. In other threads it ends at the next
statement; and everywhere the database ends a statement, and a session that has gone idle within its transaction
(the backends' ``hold`` sets that), so that the lane becomes free even if the process never comes back.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from cqrs_write.exceptions import TimeLimitExceeded


@contextmanager
def limited(seconds: float, using: str, what: str) -> Iterator[None]:
    """End the block after ``seconds``.

    Raises:
        TimeLimitExceeded: in the block, saying that ``what`` took too long.
    """
    message = f"{what} took longer than its time limit of {seconds:g} seconds."
    until = time.monotonic() + seconds

    def ask(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if time.monotonic() > until:
            raise TimeLimitExceeded(message)
        return execute(sql, params, many, context)

    with connections[using].execute_wrapper(ask), _alarm(seconds, message):
        yield


@contextmanager
def _alarm(seconds: float, message: str) -> Iterator[None]:
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return

    def ring(number: int, frame: Any) -> None:
        raise TimeLimitExceeded(message)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
