"""Places to wait in: each waiting request keeps a thread of the server's, so a process has few."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cqrs_write.conf import settings

_lock = threading.Lock()
_taken = 0


@contextmanager
def place() -> Iterator[bool]:
    """A place for the block; False if ``CQRS_WRITE["WAITING_REQUESTS"]`` of this process's requests have one."""
    given = _take()
    try:
        yield given
    finally:
        if given:
            _give_back()


def _take() -> bool:
    global _taken
    with _lock:
        if _taken >= settings().waiting_requests:
            return False
        _taken += 1
        return True


def _give_back() -> None:
    global _taken
    with _lock:
        _taken -= 1
