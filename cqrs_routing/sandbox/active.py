"""The sandbox that the running code is in: a context variable, so that no other thread and no other task sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from cqrs_routing.sandbox.effect import Kind, Recorded
from cqrs_routing.sandbox.refusal import EffectRefused

alive: set[int] = set()
"""The sandboxes that code may be in. Cheaper to ask than the context variable, while it is empty."""


class Sandbox:
    """One span of code whose effects are kept in.

    It lives, and keeps in, as long as a context names it: a task that the code has left running is in it still.

    Attributes:
        thread: the one that runs the code, and whose database connections are in the sandbox's custody.
        overlays: what was written to each cache.
        take_connection: takes a new database connection into custody; None where there is no such thing.
    """

    def __init__(self, recorded: Recorded) -> None:
        self.recorded = recorded
        self.thread = threading.get_ident()
        self.overlays: dict[Any, Any] = {}
        self.take_connection: Callable[[Any], None] | None = None
        alive.add(id(self))

    def __del__(self) -> None:
        alive.discard(id(self))

    def suppress(self, kind: Kind, detail: str) -> None:
        """Record an effect that is not going to happen, while the code believes that it did."""
        self.recorded.add(kind, detail)

    def refuse(self, kind: Kind, detail: str) -> EffectRefused:
        """Record an effect that cannot be pretended, and return what to raise."""
        self.recorded.add(kind, detail)
        return EffectRefused(
            f"{kind}: {detail}: refused, since this code runs in a sandbox that nothing leaves. "
            "Do it after the commit, by transaction.on_commit() or an event."
        )


active: ContextVar[Sandbox | None] = ContextVar("cqrs_routing_sandbox", default=None)
"""The sandbox of the running code. Every patch asks this first, and does nothing else when there is none."""


@contextmanager
def within(sandbox: Sandbox) -> Iterator[None]:
    """The block runs in ``sandbox``; its databases are not cared for."""
    active.set(sandbox)
    try:
        yield
    finally:
        active.set(None)


@contextmanager
def suspended() -> Iterator[None]:
    """The block is the toolkit's own work, or Django's, which no sandbox keeps in."""
    sandbox = active.get()
    active.set(None)
    try:
        yield
    finally:
        active.set(sandbox)
