"""Read models made up for one test, and the rows that they must have."""

import json
from typing import Any

from django.apps.registry import Apps
from django.db import connection, models, transaction

from cqrs_read import ReadModel
from cqrs_read.compute.query import computed
from cqrs_read.declaration.selection import Selection

from .nodes import Order

Rows_ = dict[Any, Any]


def declared(
    source: type[models.Model] = Order,
    fields: dict[str, Any] | None = None,
    **columns: Any,
) -> type[ReadModel]:
    """A read model over ``source``: each of ``columns`` is an expression, or a pair of it and its field.

    Args:
        fields: more fields, which map by name: ``id`` (None for none) or ``pk`` if the key is not a big integer. And
            ``filter``, ``group_by`` and more ``columns`` of the projection, and the read model's ``name``.
    """
    more = dict(fields or {})
    projection = {name: more.pop(name) for name in ("filter", "group_by") if name in more}
    name, renamed = more.pop("name", "Probe"), more.pop("columns", {})
    pairs = {
        key: value if isinstance(value, tuple) else (value, field_of()) for key, value in columns.items()
    }
    expressions = {key: value for key, (value, _) in pairs.items()} | renamed
    more = {"id": models.BigIntegerField(primary_key=True)} | more if "pk" not in more else more
    fields_of = {key: field.clone() for key, field in more.items() if field is not None}
    meta = type("Meta", (), {"app_label": "graph", "apps": Apps()})
    inner = type("Projection", (), {"source": source, "columns": expressions, **projection})
    body = {**fields_of, **{key: field.clone() for key, (_, field) in pairs.items()}}
    return type(ReadModel)(
        name, (ReadModel,), {**body, "Meta": meta, "Projection": inner, "__module__": __name__}
    )


def field_of() -> Any:
    return models.IntegerField(null=True)


def rows(read_model: type[ReadModel]) -> Rows_:
    """What ``read_model`` must hold: by key the value of its one column, or its columns by name."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL jit = off")
        cursor.execute(*computed(read_model, Selection.ALL).bound())
        found = cursor.fetchall()
    fields = list(read_model._meta.concrete_fields)
    keys = read_model._meta.pk_fields
    result: Rows_ = {}
    for row in found:
        values = {field: _value(field, value) for field, value in zip(fields, row, strict=True)}
        key = tuple(values.pop(field) for field in keys)
        shown = {field.name: value for field, value in values.items()}
        single = len(shown) == 1
        result[key if len(key) > 1 else key[0]] = next(iter(shown.values())) if single else shown
    assert len(result) == len(found), "two rows have the same key"
    return dict(sorted(result.items()))


def values(expression: Any, field: Any = None, source: type[models.Model] = Order, **fields: Any) -> Rows_:
    """By source key, what ``expression`` is."""
    return rows(declared(source, fields, value=(expression, field or field_of())))


def _value(field: Any, value: Any) -> Any:
    column = field.get_col("t")
    for convert in [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]:
        value = convert(value, column, connection)
    return json.loads(value) if isinstance(field, models.JSONField) and isinstance(value, str) else value
