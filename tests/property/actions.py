"""The words in which the writes of an example are spelled: what ``eval`` sees, and so what a failure prints."""

import datetime
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet

from tests.property.graph.relations import INHERITS, RELATIONS
from tests.property.graph.schema import LINKS, MODELS, columns_of, model_named


def sql(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [adapted(param) for param in params])


def copy(name: str, rows: list[dict[str, Any]]) -> None:
    """COPY … FROM STDIN."""
    columns = [column for column in columns_of(name) if column.own]
    listed = ", ".join(f'"{column.column}"' for column in columns)
    with connection.cursor() as cursor:
        statement = f'COPY "{model_named(name)._meta.db_table}" ({listed}) FROM STDIN'
        with connection.wrap_database_errors, cursor.cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row([adapted(row[column.attribute]) for column in columns])


def rekey(name: str, old: Any, new: Any) -> None:
    """Give a row another primary key, and tell every row that refers to it."""
    with transaction.atomic():
        for table, column in _references(name):
            sql(f'UPDATE "{table}" SET "{column}" = %s WHERE "{column}" = %s', new, old)
        key = model_named(name)._meta.pk
        sql(
            f'UPDATE "{model_named(name)._meta.db_table}" SET "{key.column}" = %s WHERE "{key.column}" = %s',
            new,
            old,
        )


def _references(name: str) -> set[tuple[str, str]]:
    key = model_named(name)._meta.pk.attname
    steps = {(relation.owner, step) for relation in RELATIONS for step in relation.steps}
    found = {(step.model, step.remote) for owner, step in steps if owner == name and step.local == key}
    return {(model_named(model)._meta.db_table, _column(model, attribute)) for model, attribute in found} - {
        (model_named(name)._meta.db_table, model_named(name)._meta.pk.column)
    }


def _column(name: str, attribute: str) -> str:
    return next(column.column for column in columns_of(name) if column.attribute == attribute)


def bulk_update(name: str, attribute: str, values: dict[Any, Any]) -> None:
    """``bulk_update`` of one attribute; ``values`` by primary key."""
    rows = list(model_named(name)._base_manager.filter(pk__in=list(values)))
    for row in rows:
        setattr(row, attribute, values[row.pk])
    model_named(name)._base_manager.bulk_update(rows, [model_named(name)._meta.get_field(attribute).name])


def delete_each(rows: QuerySet[Any]) -> None:
    for row in rows:
        row.delete()


def adapted(value: Any) -> Any:
    """A value as a parameter of raw SQL."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    if connection.vendor == "sqlite":
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, datetime.datetime):
            return connection.ops.adapt_datetimefield_value(value)
    return value


def vocabulary() -> dict[str, Any]:
    """Names that the code of writes and declarations may use."""
    return {
        **{name: model_named(name) for name in (*MODELS, *LINKS, *INHERITS)},
        **{tool.__name__: tool for tool in (sql, copy, rekey, bulk_update, delete_each)},
        "datetime": datetime,
        "Decimal": Decimal,
        "UUID": UUID,
        "F": F,
    }
