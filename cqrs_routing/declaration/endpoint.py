"""An endpoint: the method and view name that a new view stands in for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cqrs_routing.comparison.rules import Rules
from cqrs_routing.exceptions import MalformedEndpoint

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest

    from cqrs_read.declaration.read_model import ReadModel
    from cqrs_routing.declaration.gate import Gate
    from cqrs_routing.declaration.guard import Guard

View = Callable[..., Any]
Cohort = Callable[["HttpRequest"], "str | bool | None"]

NO_RULES = Rules()

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Route(NamedTuple):
    """What a request is matched by."""

    method: str
    view_name: str


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One declaration of an ``endpoints.py``.

    Attributes:
        name: the identity everywhere, ``GET orders:order-list``.
        view: the candidate, called with the request and the arguments that the legacy view would get.
        kind: whether it reads or writes.
        read_models: what a reading candidate reads; while one cannot serve, the legacy view answers.
        tables: what a write changes, on either side, and what it reads that others change: their rows are compared in
            a rehearsal, and it is told who else changed them meanwhile.
        ignore_columns: what is not compared of them, ``orders_order.token`` or ``*.updated_at``.
        rules: how both sides' answers are compared.
        cohort: whom a canary's percentage takes for one: see :meth:`EndpointRegistry.read`.
        gate: what a promotion needs; None for the setting ``GATE``.
        guard: when the endpoint is taken back; None for the setting ``GUARD``.
        freshness_wait: seconds that a read which must not be older waits; None for the setting ``FRESHNESS_WAIT``.
    """

    name: str
    view: View
    kind: Literal["read", "write"]
    read_models: tuple[type[ReadModel], ...] = ()
    tables: tuple[type[Model], ...] = ()
    ignore_columns: tuple[str, ...] = ()
    rules: Rules = NO_RULES
    cohort: Cohort | None = None
    gate: Gate | None = None
    guard: Guard | None = None
    freshness_wait: float | None = None

    @cached_property
    def route(self) -> Route:
        """Method and view name.

        Raises:
            MalformedEndpoint: when ``name`` is not a known method and a view name.
        """
        return parse(self.name)

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes it answers: HEAD goes with GET."""
        method, view_name = self.route
        return (self.route, Route("HEAD", view_name)) if method == "GET" else (self.route,)

    @property
    def view_path(self) -> str:
        """Where the candidate is defined, for people."""
        return dotted_path(self.view)


def parse(name: str) -> Route:
    method, space, view_name = name.partition(" ")
    if not space or not view_name or view_name != view_name.strip():
        raise MalformedEndpoint(
            f"'{name}' is no endpoint: write method and view name, 'GET orders:order-list'."
        )
    if method == "HEAD":
        raise MalformedEndpoint(f"'{name}': HEAD goes with GET, declare 'GET {view_name}'.")
    if method not in METHODS:
        raise MalformedEndpoint(f"'{name}' has no known method. There are: {', '.join(METHODS)}.")
    return Route(method, view_name)


def dotted_path(view: View) -> str:
    shown = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    if not hasattr(shown, "__qualname__"):
        shown = type(shown)
    return f"{shown.__module__}.{shown.__qualname__}"


def is_view(view: object) -> bool:
    """Whether ``view`` can be called as a view: a view class cannot before its ``as_view()``."""
    return callable(view) and not isinstance(view, type)
