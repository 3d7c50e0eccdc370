"""The arguments that a candidate is called with: those that the URL pattern gives to the legacy view."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.url_names import Named, patterns_by_view_name


def reason_not_callable(endpoint: Endpoint, patterns: Iterable[Named] | None = None) -> str:
    """Why the candidate cannot be called with what its URL patterns give, in one line; empty where it can.

    Args:
        patterns: of the endpoint's view name; looked up if not given.
    """
    if patterns is None:
        patterns = patterns_by_view_name().get(endpoint.route.view_name, ())
    function = function_of(endpoint)
    for pattern in patterns:
        if (
            function is not None
            and pattern.parameters is not None
            and not takes(function, pattern.parameters)
        ):
            given = ", ".join(sorted(pattern.parameters)) or "no arguments"
            return f"{endpoint.view_path} does not take what the URL gives: {given}"
    return ""


def function_of(endpoint: Endpoint) -> Any | None:
    """What the arguments arrive at: the function, or the class's method for the endpoint's."""
    view = endpoint.view
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if view_class is None:
        return inspect.unwrap(view)
    actions = getattr(view, "actions", None) or {}
    method = endpoint.route.method.lower()
    return getattr(view_class, actions.get(method, method), None)


def takes(function: Any, parameters: Iterable[str]) -> bool:
    """Whether ``function`` can be called with a request and ``parameters``; True where nobody can tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True
    # A method is called with its view, before the request.
    leading = 2 if "self" in list(signature.parameters)[:1] else 1
    try:
        signature.bind(*range(leading), **dict.fromkeys(parameters))
    except TypeError:
        return False
    return True
