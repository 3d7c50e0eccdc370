"""The graph's models and columns as plain data, and the few values that each column takes."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

MODELS = (
    "Country",
    "Publisher",
    "Author",
    "Profile",
    "Tag",
    "Work",
    "Book",
    "Contribution",
    "Copy",
    "Loan",
    "Shelfmark",
    "Reading",
    "Jotting",
)
"""Parents before their children."""

LINKS = {"Author_pupils": ("Author", "pupils"), "Work_tags": ("Work", "tags")}
"""Tables of many-to-many relations that have no model of their own."""

KINDS = {
    models.CharField: "text",
    models.TextField: "text",
    models.DecimalField: "decimal",
    models.BooleanField: "bool",
    models.DateTimeField: "datetime",
    models.DateField: "date",
    models.UUIDField: "uuid",
    models.JSONField: "json",
    models.IntegerField: "int",
    models.FloatField: "float",
}
"""Kind of value by Django's field class; the first that fits."""

VALUES: dict[str, tuple[Any, ...]] = {
    "int": (0, 1, 2, 3, 7, -5),
    "text": ("", "a", "b", "Zoë", "o'hara", "100%", 'say "x"', "back\\slash"),
    "decimal": tuple(map(Decimal, ("0.00", "0.07", "9.99", "-1.50", "100.00"))),
    "bool": (True, False),
    "date": (datetime.date(1999, 12, 31), datetime.date(2024, 2, 29), datetime.date(2024, 3, 1)),
    "datetime": (
        datetime.datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=datetime.UTC),
        datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC),
    ),
    "json": ({}, {"a": 1, "b": [None, "ø"]}, [1, "x"]),
}

KEYS: dict[str, tuple[Any, ...]] = {
    "Country": ("no", "se", "o'x"),
    "Publisher": (1, 2, 3),
    "Author": tuple(UUID(int=number) for number in (1, 2**64, 2**127)),
    "Profile": (1, 2, 3),
    "Tag": ("blue", "green", "red"),
    "Work": (1, 2, 3, 4, 2**40),
    "Book": (1, 2, 2**40),
    "Contribution": (1, 2, 3, 4),
    "Copy": (1, 2, 3, 4, 5, 6),
    "Loan": (1, 2, 3, 4),
    "Shelfmark": (("east", 1), ("east", 2), ("west", 1), ('"q,]', 1)),
    "Reading": (1, 2, 3, 4),
    "Jotting": (1, 2, 3),
}
"""The primary keys that rows of each model have."""

OF_COLUMN: dict[tuple[str, str], tuple[Any, ...]] = {
    ("Publisher", "code"): ("p1", "p2", "P 3"),
    ("Work", "publisher"): ("p1", "p2", "P 3", None),
    ("Shelfmark", "room"): ("east", "west", '"q,]'),
    ("Shelfmark", "place"): (1, 2),
    ("Reading", "region"): ("east", "west", "else"),
}
"""Where a column has values of its own."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a model: its attribute in Python, its name in the table, what it holds."""

    name: str
    attribute: str
    column: str
    kind: str
    null: bool
    places: int | None
    values: tuple[Any, ...]
    relation: bool
    own: bool
    """In the model's own table, rather than in its parent's."""


def model_named(name: str) -> type[models.Model]:
    if name in LINKS:
        owner, relation = LINKS[name]
        return getattr(model_named(owner), relation).through
    return apps.get_model("graph", name)


def kind_of(field: Any) -> str:
    target = getattr(field, "target_field", field)
    return next(kind for field_class, kind in KINDS.items() if isinstance(target, field_class))


@cache
def columns_of(name: str) -> tuple[Column, ...]:
    """The columns of a model, those of its parent's table among them."""
    model = model_named(name)
    return tuple(
        Column(
            name=field.name,
            attribute=field.attname,
            column=field.column,
            kind=kind_of(field),
            null=field.null,
            places=getattr(field, "decimal_places", None),
            values=_values(name, field),
            relation=field.is_relation,
            own=field in model._meta.local_concrete_fields or model._meta.proxy,
        )
        for field in model._meta.concrete_fields
    )


def _values(name: str, field: Any) -> tuple[Any, ...]:
    declared_by = field.model.__name__
    if found := OF_COLUMN.get((declared_by, field.name)):
        return found
    if field.primary_key:
        return KEYS.get(name, ())
    nothing = (None,) if field.null else ()
    if field.is_relation:
        return KEYS[field.related_model.__name__] + nothing
    return VALUES[kind_of(field)] + nothing
