"""The decorators that a legacy view carries, by name: a candidate does not inherit them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FunctionType
from typing import Any

from cqrs_routing.declaration.endpoint import View

OUTCOME_KEPT = frozenset({"csrf_exempt"})
"""Decorators that do nothing but mark the view, for middleware that has looked at the legacy view's mark
before a candidate serves."""


def decorators_of(view: View) -> list[str]:
    """Names of the decorators around ``view``, the outermost first."""
    return [name for name in all_decorators(view) if name not in OUTCOME_KEPT]


def all_decorators(view: View) -> Iterator[str]:
    for layer in layers(view):
        if is_class_view(layer):
            yield from method_decorators(dispatch_of(layer))
            return
        yield name_of(layer)


def layers(function: Any) -> Iterator[Any]:
    """``function`` and what it wraps, as long as that wraps something itself."""
    while (inner := getattr(function, "__wrapped__", None)) is not None:
        yield function
        function = inner


def is_class_view(view: View) -> bool:
    """Whether ``view`` is what ``as_view()`` made, and not a decorator around it.

    Attributes cannot tell: decorators copy those of the view, and the view those of its ``dispatch``.
    """
    return code_name(view).endswith("as_view.<locals>.view")


def dispatch_of(view: Any) -> Callable[..., Any] | None:
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return getattr(view_class, "dispatch", None)


def method_decorators(method: Callable[..., Any] | None) -> Iterator[str]:
    """Names of what ``method_decorator`` or a plain decorator put around ``method``."""
    for layer in layers(method):
        decorators = closure(layer).get("decorators")
        if decorators is None:
            yield name_of(layer)
        elif isinstance(decorators, (list, tuple)):
            yield from map(maker_of, reversed(decorators))
        else:
            yield maker_of(decorators)


def name_of(wrapper: Callable[..., Any]) -> str:
    """What made ``wrapper``, by the name people know: of a middleware, a context manager or a function."""
    enclosed = closure(wrapper)
    for function in list(enclosed.values()):
        enclosed = closure(function) | enclosed
    for variable in ("middleware", "self"):
        if variable in enclosed:
            return type(enclosed[variable]).__name__
    test = enclosed.get("test_func")
    return maker_of(test if ".<locals>" in code_name(test) else wrapper)


def maker_of(function: Any) -> str:
    """``login_required`` for ``login_required.<locals>.<lambda>``."""
    return (code_name(function) or type(function).__name__).partition(".<locals>")[0]


def code_name(function: Any) -> str:
    return getattr(getattr(function, "__code__", None), "co_qualname", "")


def closure(function: Any) -> dict[str, Any]:
    """The variables that ``function`` closes over."""
    variables: dict[str, Any] = {}
    if isinstance(function, FunctionType):
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            with suppress(ValueError):
                variables[name] = cell.cell_contents
    return variables
