"""A projection: the declaration of a read model, every column spelled out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models, router
from django.db.models import F, Q

from cqrs_read.exceptions import ProjectionError
from cqrs_read.key import Key
from cqrs_read.read_model import ReadModel, name_of
from cqrs_read.table import column_of, key_columns, table_name


@dataclass(frozen=True, kw_only=True, eq=False)
class Projection:
    """What each column of a read model's table is, as Django expressions over the source.

    ``columns`` maps the read model's field names to expressions; ``filter`` says which source rows count.
    """

    read_model: type[ReadModel]
    source: type[models.Model]
    columns: Mapping[str, Any]
    filter: Q

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
        return router.db_for_write(self.read_model)

    @property
    def source_fields(self) -> tuple[str, ...]:
        """The names of the fields that tell source rows apart: those of the source's primary key."""
        return tuple(field.attname for field in self.source._meta.pk_fields)

    @property
    def source_key(self) -> Key:
        """The same as a key of the source's table."""
        columns = tuple(column_of(self.source._meta.get_field(name)) for name in self.source_fields)
        return Key(using=self.using, table=table_name(self.source), columns=columns)

    @property
    def key(self) -> Key:
        """The read model's primary key; its values are those of :attr:`source_key`, in the same order."""
        return Key(using=self.target, table=table_name(self.read_model), columns=key_columns(self.read_model))

    def refuse(self, column: str, problem: str, remedy: str) -> ProjectionError:
        return ProjectionError(self.name, column, problem, remedy)


@cache
def projection_of(read_model: type[ReadModel]) -> Projection:
    """The declaration of ``read_model``; columns that it does not mention map by name.

    Raises:
        ProjectionError: if the inner class is missing, names a column that is none, or a field maps to nothing.
    """
    name, declared = name_of(read_model), getattr(read_model, "Projection", None)
    source = getattr(declared, "source", None)
    if not (isinstance(source, type) and issubclass(source, models.Model)):
        raise ProjectionError(name, "", "has no Projection with a source.", "Set source = <a model> there.")
    expressions = dict(getattr(declared, "columns", {}))
    fields = [field.name for field in read_model._meta.concrete_fields]
    if unknown := sorted(set(expressions) - set(fields)):
        raise ProjectionError(name, unknown[0], "is declared but is no field.", "Add the field, or drop it.")
    columns = {field: expressions.get(field) or _by_name(name, source, field) for field in fields}
    return Projection(
        read_model=read_model, source=source, columns=columns, filter=getattr(declared, "filter", None) or Q()
    )


def _by_name(name: str, source: type[models.Model], field: str) -> F:
    try:
        if source._meta.get_field(field).concrete:
            return F(field)
    except FieldDoesNotExist:
        if field in {candidate.attname for candidate in source._meta.concrete_fields}:
            return F(field)
    raise ProjectionError(
        name, field, f"{source._meta.label} has no column '{field}'.", "Declare it in Projection.columns."
    )
