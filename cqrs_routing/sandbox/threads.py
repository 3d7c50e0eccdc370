"""Threads: starting one, or handing work to one that runs already, is refused.

Except by asyncio and asgiref, which need threads to run what the code itself awaits: their work stays in the sandbox.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from typing import Any

from cqrs_routing.sandbox.active import active, suspended
from cqrs_routing.sandbox.patching import Method, replace


def install() -> None:
    replace(Thread, "start", start)
    replace(ThreadPoolExecutor, "submit", submit)
    replace(ProcessPoolExecutor, "submit", submit)


def start(original: Method) -> Method:
    def replacement(self: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self)
        if calling_module() in ("asyncio.base_events", "asgiref.sync"):
            with suspended():
                return original(self)
        raise sandbox.refuse("thread", f"start {name_of(getattr(self, '_target', None) or type(self).run)}")

    return replacement


def submit(original: Method) -> Method:
    def replacement(self: Any, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, function, *args, **kwargs)
        caller = calling_module()
        if caller == "asyncio.base_events":
            function, args = copy_context().run, (function, *args)
        elif caller != "asgiref.sync":
            raise sandbox.refuse("thread", f"submit {name_of(function)} to {type(self).__name__}")
        with suspended():
            return original(self, function, *args, **kwargs)

    return replacement


def calling_module() -> str:
    """The module that called the method of which the caller of this is the replacement."""
    return str(sys._getframe(2).f_globals.get("__name__", ""))


def name_of(function: Any) -> str:
    function = getattr(function, "func", function)
    return (
        f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', type(function).__name__)}"
    )
