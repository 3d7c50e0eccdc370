"""Handlers: which function, or which method of a class, a view answers each HTTP method with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cqrs_routing.declaration.decorators import closure, layers
from cqrs_routing.declaration.endpoint import METHODS, View
from cqrs_routing.retirement.origin import view_origin

FUNCTION = ""
"""The handler of a view that is a function: the whole of it."""


def handlers_of(callback: View) -> dict[str, str] | None:
    """The names of handlers by HTTP method; None where nobody but the view's own code knows its methods."""
    if not isinstance(view_origin(callback), type):
        methods = function_methods(callback)
        return None if methods is None else dict.fromkeys(methods, FUNCTION)
    actions = getattr(callback, "actions", None) or {method.lower(): method.lower() for method in METHODS}
    view_class = class_behind(callback)
    allowed = allowed_methods(callback, view_class)
    found = {
        method: actions[method.lower()]
        for method in METHODS
        if method.lower() in allowed and hasattr(view_class, actions.get(method.lower(), "-"))
    }
    return found or None


def class_behind(callback: View) -> Any:
    return getattr(callback, "cls", None) or getattr(callback, "view_class", None)


def allowed_methods(callback: View, view_class: Any) -> set[str]:
    names = initial_arguments(callback).get("http_method_names") or view_class.http_method_names
    return {name.lower() for name in names}


def initial_arguments(callback: View) -> dict[str, Any]:
    """What ``as_view()`` was given."""
    found = getattr(callback, "initkwargs", None) or getattr(callback, "view_initkwargs", None)
    return dict(found or {})


def function_methods(callback: View) -> list[str] | None:
    """The methods that ``api_view``, ``require_http_methods`` or one of its kind lets through."""
    view_class = class_behind(callback)
    if view_class is not None:
        return known(getattr(view_class, "http_method_names", ()))
    lists = (closure(layer).get("request_method_list") for layer in layers(callback))
    found = [listed for listed in lists if listed is not None]
    return known(found[0] or ()) if found else None


def known(names: Iterable[str]) -> list[str]:
    upper = {name.upper() for name in names}
    return [method for method in METHODS if method in upper]
