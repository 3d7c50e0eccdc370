"""What a Projection class declares, checked against the fields of its read model and of its source."""

from collections.abc import Mapping
from types import FunctionType
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model

from cqrs_read.declaration.family import family_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import ProjectionError

ROW_LEVEL = "Declare a read model of the rows first, with Coalesce in that column, and group that."


def made(expression: Any) -> Any:
    """``expression``, or what a function makes that stands in its place: querysets need all models loaded."""
    return expression() if isinstance(expression, FunctionType) else expression


def declared_columns(
    read_model: type[ReadModel], source: type[Model], expressions: Mapping[str, Any]
) -> dict[str, Any]:
    """The expression of each field of ``read_model``, by its name; one that is not declared maps by name.

    Raises:
        ProjectionError: for a column that is no field, one that is declared twice, and a field that maps to nothing.
    """
    name, fields = name_of(read_model), read_model._meta.concrete_fields
    by_attname = {field.attname: field.name for field in fields}
    named: dict[str, Any] = {}
    for column, expression in expressions.items():
        field = by_attname.get(column, column)
        if field in named:
            raise ProjectionError(
                name, column, f"is declared twice, as '{field}' too.", "Keep one of them.", "E003"
            )
        named[field] = expression
    if unknown := sorted(set(named) - {field.name for field in fields}):
        raise ProjectionError(name, unknown[0], "is declared but is no field.", "Add the field, or drop it.")
    return {
        field.name: named[field.name] if field.name in named else _by_name(name, source, field.name)
        for field in fields
    }


def key_fields(
    read_model: type[ReadModel], source: type[Model], columns: Mapping[str, Any]
) -> tuple[str, ...]:
    """The source's primary key fields, in the order of those of ``read_model`` that hold them.

    Raises:
        ProjectionError: if the read model has another key than its source.
    """
    label = source._meta.label
    held = [(field, _key_field(source, columns[field.name])) for field in read_model._meta.pk_fields]
    keys = {field.attname: field for field in source._meta.pk_fields}
    found = [key.attname for _, key in held if key is not None]
    if sorted(found) != sorted(keys):
        raise ProjectionError(
            name_of(read_model),
            "",
            f"its primary key is not that of {label}: {', '.join(keys)}.",
            f"Make it so: {_key_remedy([field.name for field in keys.values()])}.",
            "E004",
        )
    for field, key in held:
        if family_of(field) != family_of(key):
            raise ProjectionError(
                name_of(read_model),
                field.name,
                f"is {family_of(field) or 'of a type of its own'}, but {label} is keyed by "
                f"{family_of(key) or 'a type of its own'}.",
                f"Make it a {type(key).__name__.replace('Auto', 'Integer')}.",
                "E004",
            )
    return tuple(found)


def group_fields(
    read_model: type[ReadModel], source: type[Model], group_by: tuple[str, ...]
) -> tuple[str, ...]:
    """The fields of the source that ``group_by`` names, in the order of the primary key of ``read_model``.

    Raises:
        ProjectionError: for a field that is not the source's own or may be NULL, and for another primary key.
    """
    name, label = name_of(read_model), source._meta.label
    concrete = source._meta.concrete_model or source
    fields = [field for field in concrete._meta.local_concrete_fields if field.column]
    own = {spelling: field for field in fields for spelling in (field.name, field.attname)}
    named = [own.get(field) for field in group_by]
    for field in group_by:
        if field in own and named.count(own[field]) > 1:
            raise ProjectionError(name, field, "is named twice in group_by.", "Name it once.", "E003")
        if field not in own:
            problem = f"group_by names '{field}', which is no column of {label}'s own table."
            raise ProjectionError(name, field, problem, f"Name some of: {', '.join(sorted(own))}.", "E006")
        if own[field].null:
            raise ProjectionError(name, field, f"'{field}' of {label} may be NULL.", ROW_LEVEL, "E006")
    key = [field.name for field in read_model._meta.pk_fields]
    if sorted(key) != sorted(group_by):
        raise ProjectionError(
            name,
            "",
            f"its primary key is not what it is grouped by: {', '.join(group_by)}.",
            f"Make it so: {_key_remedy(list(group_by))}.",
            "E006",
        )
    return tuple(own[field].attname for field in key)


def _by_name(name: str, source: type[Model], field: str) -> F:
    try:
        if source._meta.get_field(field).concrete:
            return F(field)
    except FieldDoesNotExist:
        if field in {candidate.attname for candidate in source._meta.concrete_fields}:
            return F(field)
    raise ProjectionError(
        name, field, f"{source._meta.label} has no column '{field}'.", "Declare it in Projection.columns."
    )


def _key_field(source: type[Model], expression: Any) -> Any:
    """The field of the source's primary key that ``expression`` is; None if it is something else."""
    path = str(expression.name) if type(expression) is F else ""  # type: ignore[attr-defined]
    keys = source._meta.pk_fields
    for key in keys:
        same: Any = key
        names = set[str]()
        # A child class's key is its parent's.
        while same is not None:
            names |= {same.name, same.attname}
            link = getattr(same, "remote_field", None)
            same = same.target_field if link is not None and link.parent_link else None
        if path in names or (path == "pk" and len(keys) == 1):
            return key
    return None


def _key_remedy(names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} = <a field like the source's>(primary_key=True)"
    return f"pk = models.CompositePrimaryKey({', '.join(repr(name) for name in names)})"
