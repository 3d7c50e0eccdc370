"""The classes that one handler of a view class uses by way of the class's attributes, and of the methods for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.views import APIView

from cqrs_routing.retirement.kind import classes_in
from cqrs_routing.retirement.origin import file_of
from cqrs_routing.retirement.project import is_own

SUFFIXES = ("_class", "_classes", "_backends")
METHODS = ("get_serializer_class", "get_form_class", "get_permissions")


def attribute_classes(view_class: type, method: str, handler: str, initial: dict[str, Any]) -> Iterator[type]:
    """In the class itself, in what ``as_view()`` was given, and in what the view answers when it is asked.

    It is asked as for a request of nobody. That only finds classes to look at: whether one can go is not decided
    by it.
    """
    own = [base for base in reversed(view_class.__mro__) if is_own(file_of(base))]
    attributes = {name: value for base in own for name, value in vars(base).items()} | initial
    yield from classes_in([value for name, value in attributes.items() if name.endswith(SUFFIXES)])
    yield from classes_in(list(answers(view_class, method, handler, initial)))


def answers(view_class: type, method: str, handler: str, initial: dict[str, Any]) -> Iterator[Any]:
    # It is the project's code, which may want more of a request than there is here.
    with suppress(Exception):
        view = view_class(**initial)
        view.action, view.args, view.kwargs, view.format_kwarg = handler, (), {}, None
        view.request = request_of_nobody(view_class, method)
        for name in METHODS:
            with suppress(Exception):
                yield getattr(view, name)()


def request_of_nobody(view_class: type, method: str) -> Any:
    request = HttpRequest()
    request.method, request.user = method, AnonymousUser()
    if not issubclass(view_class, APIView):
        return request
    wrapped = Request(request)
    wrapped.user = request.user
    return wrapped
