"""The patches of all concerns: installed once for a process, when it first needs them, and never taken off."""

from __future__ import annotations

import threading

from cqrs_routing.sandbox import audit, caches, databases, http, mail, redis_commands, tasks, threads

_lock = threading.Lock()
_missing = [databases, mail, tasks, caches, redis_commands, http, threads, audit]


def install() -> None:
    """Install what is not installed yet."""
    if not _missing:
        return
    with _lock:
        while _missing:
            _missing[0].install()
            del _missing[0]
