"""Which tables must report images of their rows for an endpoint to be rehearsed, and which do not yet."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import router
from django.db.models import Model

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_write.capture.image_plan import ImagePlan
from cqrs_write.capture.images import missing


def image_plans() -> Iterator[ImagePlan]:
    """The plans of all routed endpoints that declare tables; for ``cqrs_capture``."""
    for name in endpoints.names:
        yield from plans(endpoints.get(name))


def plans(endpoint: Endpoint) -> Iterator[ImagePlan]:
    """One for each alias that the endpoint writes to."""
    by_alias: dict[str, dict[str, None]] = {}
    for model in endpoint.tables:
        by_alias.setdefault(router.db_for_write(model), {}).update(dict.fromkeys(tables_of(model)))
    for using, tables in by_alias.items():
        yield ImagePlan(name=endpoint.name, using=using, tables=tuple(tables))


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
