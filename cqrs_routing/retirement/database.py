"""What the database has for an endpoint: triggers that can go with its legacy view, and tables that stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections

from cqrs_read.declaration.read_model import name_of
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.rehearsal.images import plans
from cqrs_write import changelog
from cqrs_write.backends import VENDORS
from cqrs_write.capture.drift import drift
from cqrs_write.capture.images import kept, missing
from cqrs_write.conf import settings
from cqrs_write.exceptions import UnsupportedDatabase


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """Triggers of one kind on one alias that nothing needs any more, and the command that takes them away."""

    kind: str
    using: str
    tables: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, kw_only=True)
class StayingTable:
    """A table of the monolith that stays, and who needs it."""

    table: str
    needed_by: tuple[str, ...]


def unneeded_triggers(endpoint: Endpoint) -> list[Triggers]:
    return [*image_triggers(endpoint), *capture_triggers()]


def image_triggers(endpoint: Endpoint) -> Iterator[Triggers]:
    """Those by which the endpoint was rehearsed, but for tables of other endpoints that can be."""
    for plan in plans(endpoint):
        try:
            lacking = missing(plan)
        except UnsupportedDatabase:
            continue
        others = kept(plan)
        if tables := tuple(table for table in plan.tables if table not in (*lacking, *others)):
            remedy = f'manage.py cqrs_capture images remove "{endpoint.name}"'
            yield Triggers(kind="image", using=plan.using, tables=tables, remedy=remedy)


def capture_triggers() -> Iterator[Triggers]:
    """Those that no read model needs any more; whichever endpoint they were for."""
    for using in settings().databases if settings().capture else ():
        if connections[using].vendor in VENDORS and changelog.exists(using):
            surplus = sorted({item.table for item in drift(using) if item.kind == "surplus"})
            if surplus:
                remedy = f"manage.py cqrs_capture install --database {using}"
                yield Triggers(kind="capture", using=using, tables=tuple(surplus), remedy=remedy)


def staying_tables(endpoint: Endpoint) -> list[StayingTable]:
    """What the read models are computed from, and what the candidate writes."""
    needed: dict[str, list[str]] = {}
    for read_model in endpoint.read_models:
        try:
            tables = {dependency.table for dependency in dependencies(read_model)}
        except ProjectionError:
            continue  # A system check says so, and it cannot serve: the endpoint is not ready.
        for table in tables:
            needed.setdefault(table, []).append(name_of(read_model))
    for model in endpoint.tables:
        needed.setdefault(model._meta.db_table, []).append(endpoint.view_path)
    return [StayingTable(table=table, needed_by=tuple(by)) for table, by in sorted(needed.items())]
