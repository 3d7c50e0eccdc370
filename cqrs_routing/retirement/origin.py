"""The origin of a view: the class or the function that somebody wrote, behind ``as_view()`` and decorators."""

from __future__ import annotations

import inspect
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from cqrs_routing.declaration.decorators import closure

Definition = type | FunctionType


def origin_of(value: Any) -> Definition | None:
    """What ``value`` was made of; None for what is neither a class nor a function.

    Looks at the very type of ``value``: asking a lazy object for an attribute would have it evaluated.
    """
    while not issubclass(type(value), type):
        if type(value) is partial:
            value = value.func
        elif type(value) is MethodType:
            value = value.__func__
        elif type(value) is not FunctionType:
            return None
        elif (inner := within(value)) is None:
            return value
        else:
            value = inner
    return function_of(value) or value


def view_origin(callback: Any) -> Definition:
    """As :func:`origin_of`; an object that is called as a view has its class as its origin."""
    return origin_of(callback) or type(callback)


def within(function: FunctionType, seen: frozenset[FunctionType] = frozenset()) -> Any | None:
    """The class or function that ``function`` wraps, if it wraps any.

    Args:
        seen: functions that close over it, and are no way out: functions may close over each other.
    """
    view_class = getattr(function, "view_class", None) or getattr(function, "cls", None)
    if isinstance(view_class, type):
        return view_class
    return getattr(function, "__wrapped__", None) or unmarked(function, seen | {function})


def unmarked(function: FunctionType, seen: frozenset[FunctionType]) -> FunctionType | None:
    """The one view that a decorator without ``functools.wraps`` closes over: it takes a ``request``."""
    inner = [value for value in closure(function).values() if type(value) is FunctionType]
    views = [value for value in inner if value not in seen and is_view(value, seen)]
    return views[0] if len(views) == 1 else None


def is_view(function: FunctionType, seen: frozenset[FunctionType]) -> bool:
    return function.__code__.co_varnames[:1] == ("request",) or within(function, seen) is not None


def function_of(view_class: type) -> FunctionType | None:
    """The function that ``@api_view`` has made a class of."""
    if view_class.__qualname__ != "WrappedAPIView":
        return None
    handlers = (vars(view_class).get(name) for name in getattr(view_class, "http_method_names", ()))
    functions = (origin_of(closure(handler).get("func")) for handler in handlers)
    return next((found for found in functions if isinstance(found, FunctionType)), None)


def path_of(definition: Definition) -> str:
    """Its dotted path, by which it is told from others."""
    return f"{definition.__module__}.{definition.__qualname__}"


def identity_of(value: Any) -> str:
    """The path of the origin of ``value``; empty where it has none."""
    definition = origin_of(value)
    return path_of(definition) if definition else ""


def line_of(definition: Definition) -> int:
    """Where it begins in its file; 0 where that cannot be told."""
    try:
        return inspect.getsourcelines(definition)[1]
    except (OSError, TypeError):
        return 0


def file_of(definition: Definition) -> str:
    """Its file; empty where that cannot be told."""
    try:
        return inspect.getsourcefile(definition) or ""
    except TypeError:
        return ""
