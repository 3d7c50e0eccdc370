"""Waiting for what happens elsewhere."""

import time
from collections.abc import Callable


def eventually(reached: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether ``reached`` became true, within a time that is long enough on a busy machine."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
