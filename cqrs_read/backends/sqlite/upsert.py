"""The statements that change a read model's rows, and the lock around them, on SQLite."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import DecimalField


def lock(cursor: Any, key: int) -> None:
    """Become the database's one writer now; a write that changes nothing takes the lock."""
    cursor.execute("UPDATE cqrs_read_model_state SET name = name WHERE 0")


def lock_if_first(cursor: Any, turn: int, key: int) -> bool:
    """The same: whoever else writes is waited for anyway."""
    lock(cursor, key)
    return True


def store(
    cursor: Any, rows: str, params: Sequence[Any], upsert: Callable[[str], str]
) -> tuple[int | None, int]:
    """Bring the table in step with ``rows``, a query, by what ``upsert`` makes of it.

    Returns:
        How many rows there were to store, which is not known here, and how many were written.
    """
    cursor.execute(upsert(rows), params)
    return None, cursor.rowcount


def cast(sql: str, field: Any, connection: Any) -> str:
    """``sql`` as the column will hold it: decimals are stored as floats here, so round to their places."""
    return f"round({sql}, {field.decimal_places})" if isinstance(field, DecimalField) else sql


def differs(left: Sequence[str], right: Sequence[str]) -> str:
    return f"({', '.join(left)}) IS NOT ({', '.join(right)})"


def snapshot(cursor: Any, *, temporary: bool = False) -> None:
    """A transaction of SQLite sees one state anyway."""
