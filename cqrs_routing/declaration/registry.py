"""Every endpoint that the project's ``endpoints.py`` modules declare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cqrs_routing.declaration.endpoint import Endpoint, View, is_view
from cqrs_routing.exceptions import MalformedEndpoint
from cqrs_write.exceptions import UnknownName

if TYPE_CHECKING:
    from django.db.models import Model

    from cqrs_read.declaration.read_model import ReadModel


class EndpointRegistry:
    """The declarations, and the routes that follow from those without fault.

    A faulty declaration is kept and not routed: a system check reports it, and its requests stay with
    the legacy view, since a web process runs no checks.
    """

    def __init__(self) -> None:
        self.declared: tuple[Endpoint, ...] = ()
        self.routes: dict[tuple[str | None, str], Endpoint] = {}

    def read(
        self,
        name: str,
        *,
        view: View,
        read_model: type[ReadModel] | Iterable[type[ReadModel]] = (),
        **options: Any,
    ) -> None:
        """Declare ``view`` as the candidate that reads.

        Args:
            name: method and view name of the legacy endpoint, ``GET orders:order-list``.
            view: a view as an URL pattern takes it.
            read_model: the read model, or several, that the view answers from.
            options: as :class:`~cqrs_routing.declaration.endpoint.Endpoint` has them. A ``cohort`` is called with
                the request of a canary. It returns whom the percentage takes for one, as a text (a tenant, so
                that all its users move together); or whether the request is in; or None, and the client counts.
        """
        read_models = (read_model,) if isinstance(read_model, type) else tuple(read_model)
        self.declare(Endpoint(name=name, view=view, kind="read", read_models=read_models, **options))

    def write(self, name: str, *, view: View, tables: Iterable[type[Model]] = (), **options: Any) -> None:
        """Declare ``view`` as the candidate that writes.

        Args:
            name: method and view name of the legacy endpoint, ``POST orders:order-list``.
            view: a view as an URL pattern takes it.
            tables: the models of what it changes, so that it can be rehearsed.
            options: as for :meth:`read`.
        """
        self.declare(Endpoint(name=name, view=view, kind="write", tables=tuple(tables), **options))

    def declare(self, endpoint: Endpoint) -> None:
        self.replace((*self.declared, endpoint))

    def replace(self, declared: tuple[Endpoint, ...]) -> None:
        """Let ``declared`` be all the declarations there are."""
        self.declared = declared
        self.routes = routes_of(declared)

    @property
    def names(self) -> list[str]:
        """The endpoints that are routed, in order of declaration."""
        return list(dict.fromkeys(endpoint.name for endpoint in self.routes.values()))

    def get(self, name: str) -> Endpoint:
        """The routed endpoint called ``name``.

        Raises:
            UnknownName: when no such endpoint is declared; it lists those that are.
        """
        for endpoint in self.routes.values():
            if endpoint.name == name:
                return endpoint
        raise UnknownName("endpoint", name, self.names)


def routes_of(declared: Iterable[Endpoint]) -> dict[tuple[str | None, str], Endpoint]:
    sound = [endpoint for endpoint in declared if is_sound(endpoint)]
    candidates = Counter(endpoint.name for endpoint in sound)
    routes: dict[tuple[str | None, str], Endpoint] = {}
    for endpoint in sound:
        if candidates[endpoint.name] == 1:
            routes.update((route, endpoint) for route in endpoint.routes)
    return routes


def is_sound(endpoint: Endpoint) -> bool:
    """Whether it can be routed, by itself."""
    try:
        return bool(endpoint.route) and is_view(endpoint.view)
    except MalformedEndpoint:
        return False


endpoints = EndpointRegistry()
