"""Plain values where a declaration needs expressions: the usual slips, each with its remedy."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from cqrs_read.exceptions import ProjectionError


def refuse_plain(name: str, declared: Any) -> None:
    """Refuse what the Projection class ``declared`` of the read model ``name`` has in a place for something else.

    Raises:
        ProjectionError: saying what to wrap it in.
    """
    columns = getattr(declared, "columns", {})
    if not isinstance(columns, Mapping):
        problem = f"columns is a {type(columns).__name__}."
        raise ProjectionError(name, "", problem, "Map fields to expressions: columns = {'field': F('path')}.")
    if isinstance(group_by := getattr(declared, "group_by", ()), str):
        raise ProjectionError(name, "", "group_by is a text.", f"List the fields: group_by = ['{group_by}'].")
    if isinstance(columns_filter := getattr(declared, "filter", None), Mapping):
        given = ", ".join(f"{path}=…" for path in columns_filter)
        raise ProjectionError(name, "filter", "is a mapping.", f"Write it as Q({given}).")


def refuse_plain_column(name: str, column: str, expression: Any) -> None:
    """Refuse an ``expression`` of ``column`` that is none.

    Raises:
        ProjectionError: saying what to wrap it in.
    """
    if isinstance(expression, str):
        remedy = f"Wrap a path in F({expression!r}), a text in Value({expression!r})."
        raise ProjectionError(name, column, f"is the text {expression!r}, not an expression.", remedy)
    if isinstance(expression, type):
        remedy = f"Make one: {expression.__name__}(…)."
        raise ProjectionError(name, column, f"is the class {expression.__name__}, not an expression.", remedy)
    if not (hasattr(expression, "resolve_expression") or isinstance(expression, Q)):
        remedy = f"Wrap a value in Value({expression!r})."
        raise ProjectionError(name, column, f"is {expression!r}, not an expression.", remedy)
