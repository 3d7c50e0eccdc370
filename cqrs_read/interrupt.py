"""Ctrl-C and SIGTERM as a question that is asked between two chunks, so that none is torn apart."""

import signal
import threading
from types import FrameType
from typing import Any, Self


class Interrupt:
    """While the block runs, the first signal only asks to stop; a second Ctrl-C ends the process as usual.

    Outside the main thread, where signals cannot be handled, nothing is ever asked.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, Any] = {}

    def asked(self) -> bool:
        return self.signal is not None

    @property
    def by_person(self) -> bool:
        """Whether it was Ctrl-C. SIGTERM is sent by a deployment, after which others should go on."""
        return self.signal == signal.SIGINT

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = number
        signal.signal(signal.SIGINT, self._before[signal.SIGINT])
