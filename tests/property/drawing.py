"""Rows, queryset and changes to draw: what the writes of either kind are made of."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.property.graph.schema import KEYS, MODELS, Column, columns_of, model_named

Draw = Callable[[st.SearchStrategy[Any]], Any]
BOOK = "Book"
"""The multi-table child: its rows stand in two tables."""


def drawn_name(draw: Draw, *without: str) -> str:
    """A model to write, one that the example's declarations look at more often than another."""
    focus = getattr(draw(st.runner(default=None)), "focus", ())
    return draw(st.sampled_from([name for name in (*(focus * 8), *MODELS) if name not in without]))


def key_columns(name: str) -> list[Column]:
    composite = getattr(model_named(name)._meta.pk, "fields", [])
    keys = {field.attname for field in composite} or {model_named(name)._meta.pk.attname}
    return [column for column in columns_of(name) if column.attribute in keys]


def other_columns(name: str, *, own: bool = False) -> list[Column]:
    keys = {column.attribute for column in key_columns(name)} | ({"id"} if name == BOOK else set())
    return [c for c in columns_of(name) if c.attribute not in keys and (c.own or not own)]


def drawn_row(draw: Draw, name: str, key: Any = None) -> dict[str, Any]:
    """Values of every column, by attribute."""
    row = {column.attribute: draw(st.sampled_from(column.values)) for column in other_columns(name)}
    key = draw(st.sampled_from(KEYS[name])) if key is None else key
    keys = key if isinstance(key, tuple) else (key,)
    return dict(zip([c.attribute for c in key_columns(name)], keys, strict=True)) | row


def drawn_rows(draw: Draw, name: str) -> list[dict[str, Any]]:
    keys = draw(st.lists(st.sampled_from(KEYS[name]), min_size=1, max_size=2, unique=True))
    return [drawn_row(draw, name, key) for key in keys]


def constructed(name: str, row: dict[str, Any]) -> str:
    return f"{name}({keywords(row)})"


def keywords(row: dict[str, Any]) -> str:
    return ", ".join(f"{attribute}={value!r}" for attribute, value in row.items())


def drawn_queryset(draw: Draw, name: str) -> str:
    """A queryset: a row by its key, some rows by another column, or all."""
    columns = key_columns(name)
    if draw(st.integers(0, 3)) == 0:
        columns = [draw(st.sampled_from(other_columns(name)))]
    conditions = {}
    for column in columns:
        value = draw(st.sampled_from(column.values))
        lookup = f"{column.attribute}__isnull" if value is None else column.attribute
        conditions[lookup] = True if value is None else value
    if draw(st.integers(0, 15)) == 15:
        return f"{name}._base_manager.all()"
    return f"{name}._base_manager.filter({keywords(conditions)})"


def drawn_column(draw: Draw, columns: list[Column]) -> Column:
    """One of ``columns``, more often one whose name stands in the example's declarations."""
    words = getattr(draw(st.runner(default=None)), "words", ())
    named = [column for column in columns if column.attribute in words]
    return draw(st.sampled_from([*(named * 4), *columns]))


def drawn_change(draw: Draw, name: str, *, own: bool = False) -> tuple[Column, Any]:
    column = drawn_column(draw, other_columns(name, own=own))
    return column, draw(st.sampled_from(column.values))
