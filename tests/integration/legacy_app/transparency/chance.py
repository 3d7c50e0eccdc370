"""The chance of a walk: keys, salts and csrf tokens that two sites draw alike."""

import hashlib
import os
import random
import sys
from contextvars import ContextVar

TOOLKIT = ("cqrs_write", "cqrs_read", "cqrs_routing", "opentelemetry")
"""The last is imported by the toolkit only, and draws when it is."""
DRAWERS = ("random", "secrets", "uuid", __name__)
"""Modules that ask for somebody else."""

real_urandom = os.urandom


class Stream:
    """Bytes that follow from a seed."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.blocks = 0

    def take(self, size: int) -> bytes:
        self.blocks += 1
        return hashlib.shake_256(f"{self.seed}:{self.blocks}".encode()).digest(size)


stream: ContextVar[Stream | None] = ContextVar("stream", default=None)
"""For whoever serves the request; None beside it, as in threads of others."""


def urandom(size: int) -> bytes:
    """What the toolkit draws, as for its traces, is no part of the stream: the monolith's draws stay the same."""
    current = stream.get()
    if current is None or is_for_the_toolkit():
        return real_urandom(size)
    return current.take(size)


def is_for_the_toolkit() -> bool:
    frame = sys._getframe(1)
    while frame.f_globals["__name__"] in DRAWERS and frame.f_back:
        frame = frame.f_back
    return str(frame.f_globals["__name__"]).partition(".")[0] in TOOLKIT


def install() -> None:
    """Have the process draw from the stream."""
    os.urandom = random._urandom = urandom  # type: ignore[attr-defined]
