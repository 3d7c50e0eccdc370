"""Time limits: an attempt that takes too long is ended.

In a process's main thread a signal interrupts the handler wherever it is. In other threads it ends at the next
statement; and everywhere the database ends a statement, and a session that has gone idle within its transaction
(the backends' ``hold`` sets that), so that the lane becomes free even if the process never comes back.
"""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from django.db import connections

from cqrs_write.exceptions import TimeLimitExceeded


class limited:
    """A block that is ended after so many ``seconds``.

    No generator: a signal that came while one is about to be resumed would leave the connection limited for good.

    Args:
        what: what takes too long, for the message.

    Raises:
        TimeLimitExceeded: in the block, at any time or at its statements; never when it is over.
    """

    def __init__(self, seconds: float, using: str, what: str) -> None:
        self._seconds, self._using = seconds, using
        self._message = f"{what} took longer than its time limit of {seconds:g} seconds."
        self._over = self._has_alarm = False
        self._before: Any = None

    def __enter__(self) -> None:
        self._until = time.monotonic() + self._seconds
        connections[self._using].execute_wrappers.append(self._ask)
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and not signal.getitimer(signal.ITIMER_REAL)[0]:
            self._has_alarm = True
            self._before = signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over = True
        if self._has_alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        connections[self._using].execute_wrappers.remove(self._ask)

    def _ask(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if not self._over and time.monotonic() > self._until:
            raise TimeLimitExceeded(self._message)
        return execute(sql, params, many, context)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        # It may come when the block has ended, by itself or at a statement, and __exit__() is about to begin.
        is_ending = frame is not None and frame.f_code is limited.__exit__.__code__
        if not self._over and not is_ending:
            raise TimeLimitExceeded(self._message)
