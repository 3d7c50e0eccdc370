"""Python's audit events: files, sockets, processes, threads: what no patch could see is refused here.

A hook can never be removed, and every audited call of the process pays for it (about 0.2 µs; a request makes some
twenty). It is installed when the first sandbox opens. It does not see what C code does by itself (libpq, sqlite), nor
what is sent over a socket, or written to a file, that was open before.

What the standard library's logging handlers do is let through: logs shall tell what happened in a sandbox too.
"""

from __future__ import annotations

import sys
import tempfile
from typing import Any

from cqrs_routing.sandbox.active import active, alive
from cqrs_routing.sandbox.effect import Kind
from cqrs_routing.sandbox.events import EVENTS

LOGGED: frozenset[Kind] = frozenset(["file", "socket"])
LOGGING = frozenset(["logging", "logging.handlers"])


def install() -> None:
    tempfile.gettempdir()  # finds it once, and keeps it where the check of a path looks
    sys.addaudithook(hook)


def hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not alive:
        return
    watched = EVENTS.get(event)
    if watched is None:
        return
    sandbox = active.get()
    if sandbox is None:
        return
    kind, describe = watched
    detail = describe(*arguments)
    if detail is not None and not (kind in LOGGED and called_by_logging()):
        raise sandbox.refuse(kind, detail)


def called_by_logging() -> bool:
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") in LOGGING:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
