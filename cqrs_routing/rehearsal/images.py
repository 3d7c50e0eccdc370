"""Which tables must report images of their rows for an endpoint to be rehearsed, and which do not yet."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import router
from django.db.models import Model

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.mode import Mode
from cqrs_write.capture.image_plan import ImagePlan
from cqrs_write.capture.images import missing


def image_plans() -> Iterator[ImagePlan]:
    """The plans of all routed endpoints that declare tables; for ``cqrs_capture``."""
    shadowed = set(EndpointMode.objects.filter(mode=Mode.SHADOW).values_list("pk", flat=True))
    for name in endpoints.names:
        yield from plans(endpoints.get(name), in_use=name in shadowed)


def plans(endpoint: Endpoint, *, in_use: bool = False) -> Iterator[ImagePlan]:
    """One for each alias that the endpoint writes to."""
    by_alias: dict[str, dict[str, None]] = {}
    for model in endpoint.tables:
        by_alias.setdefault(router.db_for_write(model), {}).update(dict.fromkeys(tables_of(model)))
    for using, tables in by_alias.items():
        yield ImagePlan(name=endpoint.name, using=using, tables=tuple(tables), in_use=in_use)


def tables_of(model: type[Model]) -> Iterator[str]:
    """Its own and those of the models that it inherits from, which are written with it."""
    yield model._meta.db_table
    for parent in model._meta.get_parent_list():
        yield parent._meta.db_table


def images_missing(endpoint: Endpoint) -> list[str]:
    """The tables of ``endpoint`` without working image triggers; one query for each alias.

    Raises:
        UnsupportedDatabase: if it writes to SQLite.
    """
    return [table for plan in plans(endpoint) for table in missing(plan)]
