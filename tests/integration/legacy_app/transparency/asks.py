"""Asking the same as everybody, and with every method."""

import json
from collections.abc import Iterable
from typing import Any

from .site import Site
from .visitor import Visitor

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def each(site: Site, visitors: Iterable[Visitor], method: str, path: str, body: Any = None) -> None:
    """Every visitor asks the same."""
    for visitor in visitors:
        site.send(visitor, method, path, text_of(body))


def each_method(site: Site, visitors: Iterable[Visitor], path: str) -> None:
    """Every visitor asks by every method, with a body that says nothing."""
    visitors = list(visitors)
    for method in METHODS:
        each(site, visitors, method, path, None if method in {"GET", "HEAD", "OPTIONS"} else {})


def text_of(body: Any) -> str:
    """JSON, unless it is a text already."""
    return "" if body is None else body if isinstance(body, str) else json.dumps(body)
