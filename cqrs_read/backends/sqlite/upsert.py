"""The statements that change a read model's rows, and the lock around them, on SQLite."""

from collections.abc import Sequence
from typing import Any

from django.db.models import DecimalField


def lock(cursor: Any, key: int) -> None:
    """Become the database's one writer now; a write that changes nothing takes the lock."""
    cursor.execute("UPDATE cqrs_read_model_state SET name = name WHERE 0")


def prepare(cursor: Any) -> None:
    """Nothing to set."""


def cast(sql: str, field: Any, connection: Any) -> str:
    """``sql`` as the column will hold it: decimals are stored as floats here, so round to their places."""
    return f"round({sql}, {field.decimal_places})" if isinstance(field, DecimalField) else sql


def differs(left: Sequence[str], right: Sequence[str]) -> str:
    return f"({', '.join(left)}) IS NOT ({', '.join(right)})"


def snapshot(cursor: Any) -> None:
    """A transaction of SQLite sees one state anyway."""
