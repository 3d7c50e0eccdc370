"""Throttles: REST framework does not count what the toolkit has a view answer, which no client has asked for."""

from __future__ import annotations

from functools import cache, wraps
from typing import Any

from django.http import HttpRequest
from rest_framework.views import APIView

UNTHROTTLED = "_cqrs_routing_unthrottled"
"""The attribute of such a request."""


def unthrottled(request: HttpRequest) -> None:
    """Have REST framework not throttle ``request``, nor count it."""
    install()
    setattr(request, UNTHROTTLED, True)


@cache
def install() -> None:
    check_throttles = APIView.check_throttles

    @wraps(check_throttles)
    def unless_unthrottled(view: APIView, request: Any) -> None:
        if not hasattr(request._request, UNTHROTTLED):
            check_throttles(view, request)

    APIView.check_throttles = unless_unthrottled  # type: ignore[method-assign,assignment]
