"""A model's table, as SQL names it."""

from typing import Any

from django.db import models


def table_name(model: type[models.Model]) -> str:
    return model._meta.db_table


def key_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The primary key's columns, usually one."""
    return tuple(column_of(field) for field in model._meta.pk_fields)


def column_names(model: type[models.Model]) -> list[str]:
    """All columns, in the order of the model's fields."""
    return [column_of(field) for field in model._meta.concrete_fields]


def column_of(field: Any) -> str:
    """The column of a concrete field."""
    return str(field.column)
