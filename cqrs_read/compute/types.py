"""Whether what a column is computed as fits the field that holds it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db.models.functions.datetime import TruncBase
from django.utils import timezone

from cqrs_read.declaration.family import family_of
from cqrs_read.declaration.projection import Projection
from cqrs_read.expressions.gathered import Gathered
from cqrs_read.expressions.tree import walk

FITTING = {
    "integer": {"integer", "decimal", "float"},
    "decimal": {"decimal", "float"},
    "float": {"decimal", "float"},
}
"""Families that hold the values of another one without changing them, beside itself."""


def refuse_type(projection: Projection, column: str, expression: Any) -> None:
    """Refuse a resolved ``expression`` that the field ``column`` cannot hold as it is.

    Rounding by a Decimal's places is what a user asks for; an integer that was a fraction would differ from what is
    computed for ever. Types of one's own are let pass.

    Raises:
        ProjectionError: naming both types.
    """
    try:
        output = expression._output_field_or_none
        _refuse_local_time(projection, column, expression)
    except FieldError as error:
        remedy = "Say what it is: output_field=models.<a field>()."
        raise projection.refuse(column, str(error), remedy, "E002") from error
    computed, held = family_of(output), family_of(projection.read_model._meta.get_field(column))
    if computed and held and held not in FITTING.get(computed, {computed}):
        raise projection.refuse(
            column,
            f"is declared as {held}, but computed as {computed}.",
            f"Change the field, or wrap the expression: Cast(…, models.<a field of {held}>()).",
            "E002",
        )


def _refuse_local_time(projection: Projection, column: str, expression: Any) -> None:
    """A truncated moment is a local time without its zone, which a database would take for another moment."""
    gathered = [part.aggregate for part in walk(expression) if isinstance(part, Gathered)]
    for part in (part for whole in [expression, *gathered] for part in walk(whole)):
        if isinstance(part, TruncBase) and family_of(part.output_field) == "moment" and settings.USE_TZ:
            with timezone.override(None):
                zone = part.get_tzname()
            if zone not in ("UTC", "Etc/UTC", "Z"):
                raise projection.refuse(
                    column,
                    f"{type(part).__name__} gives a moment of {zone} without its time zone.",
                    "Use TruncDate, or name the zone: tzinfo=datetime.UTC.",
                    "E002",
                )
