"""What gives another value each time it is asked, or another one for other rows beside it: it cannot be kept true."""

from typing import Any

from django.db.models import Func, functions
from django.db.models.expressions import RawSQL, Window
from django.db.models.functions import Now, Random
from django.db.models.sql.where import ExtraWhere

from cqrs_read.declaration.projection import Projection
from cqrs_read.expressions.tree import walk_everything

NOT_DERIVABLE: tuple[type[Any], ...] = (
    *(Window, RawSQL, ExtraWhere, Now, Random),
    *(getattr(functions, name) for name in ("UUID4", "UUID7") if hasattr(functions, name)),
)

VOLATILE = frozenset(
    [
        *(
            "CLOCK_TIMESTAMP",
            "CURRENT_DATE",
            "CURRENT_TIME",
            "CURRENT_TIMESTAMP",
            "LOCALTIME",
            "LOCALTIMESTAMP",
        ),
        *("NOW", "STATEMENT_TIMESTAMP", "TIMEOFDAY", "TRANSACTION_TIMESTAMP"),
        *("RANDOM", "RANDOMBLOB", "NEXTVAL", "TXID_CURRENT"),
        *("GEN_RANDOM_UUID", "UUID_GENERATE_V1", "UUID_GENERATE_V4", "UUIDV4", "UUIDV7"),
    ]
)
"""Functions of the databases that a ``Func`` may name, among them those of ``django.contrib.postgres``."""


def volatile_part(expression: Any) -> str:
    """The name of the first part of ``expression`` that cannot be kept true, in a subquery too; empty if none."""
    for part in walk_everything(expression):
        if isinstance(part, NOT_DERIVABLE) or _calls_volatile(part):
            return type(part).__name__
    return ""


def _calls_volatile(part: Any) -> bool:
    if not isinstance(part, Func):
        return False
    name = str(part.extra.get("function", part.function) or part.extra.get("template", part.template))
    return name.partition("(")[0].strip().upper() in VOLATILE


def refuse_volatile(projection: Projection, column: str, expression: Any) -> None:
    """Refuse an ``expression`` with a volatile part.

    Raises:
        ProjectionError: naming the part.
    """
    if name := volatile_part(expression):
        raise projection.refuse(
            column,
            f"{name} cannot be kept true.",
            "Declare the column by paths, functions and aggregates over relations.",
            "E005",
        )
