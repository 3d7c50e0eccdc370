"""A projection: the declaration of a read model, every column spelled out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models, router
from django.db.models import Q

from cqrs_read.declaration.declared import declared_columns, group_fields, key_fields, made
from cqrs_read.declaration.key import Key
from cqrs_read.declaration.plain import refuse_plain, refuse_plain_column
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.source import source_of
from cqrs_read.declaration.table import column_of, key_columns, table_name
from cqrs_read.exceptions import ProjectionError


@dataclass(frozen=True, kw_only=True, eq=False)
class Projection:
    """What each column of a read model's table is, as Django expressions over the source.

    ``columns`` maps the read model's field names to expressions; ``filter`` says which source rows count.
    ``source_fields`` are the names of the fields that tell source rows apart, or groups of them: those of the
    source's primary key or of ``group_by``, in the order of the read model's primary key.
    """

    read_model: type[ReadModel]
    source: type[models.Model]
    columns: Mapping[str, Any]
    filter: Q
    source_fields: tuple[str, ...]
    group_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.read_model)

    @property
    def using(self) -> str:
        """The alias on which the source is written, and on which it is read here, whatever a router says."""
        return router.db_for_write(self.source)

    @property
    def target(self) -> str:
        """The alias on which the read model's own table is, with its position and its runs."""
        return router.db_for_write(self.read_model.version_of or self.read_model)

    @property
    def source_key(self) -> Key:
        """``source_fields`` as a key of the source's table."""
        columns = tuple(column_of(self.source._meta.get_field(name)) for name in self.source_fields)
        return Key(using=self.using, table=table_name(self.source), columns=columns)

    @property
    def key(self) -> Key:
        """The read model's primary key; its values are those of :attr:`source_key`, in the same order."""
        return Key(using=self.target, table=table_name(self.read_model), columns=key_columns(self.read_model))

    def refuse(self, column: str, problem: str, remedy: str, check: str = "E001") -> ProjectionError:
        return ProjectionError(self.name, column, problem, remedy, check)


@cache
def projection_of(read_model: type[ReadModel]) -> Projection:
    """The declaration of ``read_model``; columns that it does not mention map by name.

    Raises:
        ProjectionError: if the inner class is missing, names a column or a source that is none, has a plain value for
            an expression, a field maps to nothing, or the primary key is not that of the source or of its groups.
    """
    name, declared = name_of(read_model), getattr(read_model, "Projection", None)
    source = source_of(read_model)
    refuse_plain(name, declared)
    expressions = {column: made(value) for column, value in getattr(declared, "columns", {}).items()}
    for column, expression in expressions.items():
        refuse_plain_column(name, column, expression)
    columns = declared_columns(read_model, source, expressions)
    group_by = tuple(getattr(declared, "group_by", ()))
    fields = (
        group_fields(read_model, source, group_by) if group_by else key_fields(read_model, source, columns)
    )
    return Projection(
        read_model=read_model,
        source=source,
        columns=columns,
        filter=made(getattr(declared, "filter", None)) or Q(),
        source_fields=fields,
        group_by=group_by,
    )
