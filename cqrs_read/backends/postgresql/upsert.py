"""The statements that change a read model's rows, and the lock around them, on PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import DecimalField

# Scattered keys are read through indexes; the default cost of a random page prefers scans. And a declaration of twenty
# columns looks so costly that it would be compiled, for a second and more, each time that it computes a few rows.
SETTINGS = {"random_page_cost": "1.1", "jit": "off"}
PREPARED = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items())

STORED = """
WITH cqrs_wanted AS MATERIALIZED ({rows}), cqrs_stored AS ({upsert} RETURNING 1)
SELECT (SELECT count(*) FROM cqrs_wanted), (SELECT count(*) FROM cqrs_stored)
"""


def lock(cursor: Any, key: int) -> None:
    """Wait until no other transaction changes the read model's rows.

    A statement of its own, before the one whose snapshot decides what is read: in one statement an update that
    commits between the two would be lost.
    """
    cursor.execute(f"SELECT pg_advisory_xact_lock(%s), {PREPARED}", [key])


def lock_if_first(cursor: Any, turn: int, key: int) -> bool:
    """The same, unless another transaction has the lock ``turn``, or waits with it; return whether not."""
    cursor.execute(
        f"SELECT pg_advisory_xact_lock(%s), {PREPARED} "
        "FROM (SELECT pg_try_advisory_xact_lock(%s) AS mine OFFSET 0) turn WHERE mine",
        [key, turn],
    )
    return cursor.fetchone() is not None


def store(
    cursor: Any, rows: str, params: Sequence[Any], upsert: Callable[[str], str]
) -> tuple[int | None, int]:
    """Bring the table in step with ``rows``, a query that is evaluated once, by what ``upsert`` makes of such a query.

    Returns:
        How many rows there were to store, None if that is not known, and how many were written.
    """
    cursor.execute(STORED.format(rows=rows, upsert=upsert("SELECT * FROM cqrs_wanted")), params)
    wanted, written = cursor.fetchone()
    return wanted, written


def cast(sql: str, field: Any, connection: Any) -> str:
    """``sql`` as the column will hold it, where storing rounds: otherwise each comparison would differ."""
    return f"({sql})::{field.db_type(connection)}" if isinstance(field, DecimalField) else sql


def differs(left: Sequence[str], right: Sequence[str]) -> str:
    return f"ROW({', '.join(left)}) IS DISTINCT FROM ROW({', '.join(right)})"


def snapshot(cursor: Any, *, temporary: bool = False) -> None:
    """One view of everything for the rest of this transaction; to read only, but for temporary tables."""
    reading = "" if temporary else ", READ ONLY"
    cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ{reading}; SET LOCAL jit = off")
