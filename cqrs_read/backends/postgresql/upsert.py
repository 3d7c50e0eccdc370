"""The statements that change a read model's rows, and the lock around them, on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from django.db.models import DecimalField


def lock(cursor: Any, key: int) -> None:
    """Wait until no other transaction changes the read model's rows.

    A statement of its own, before the one whose snapshot decides what is read: in one statement an update that
    commits between the two would be lost.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def prepare(cursor: Any) -> None:
    """Scattered keys are read through indexes; the default cost of a random page prefers scans."""
    cursor.execute("SET LOCAL random_page_cost = 1.1")


def cast(sql: str, field: Any, connection: Any) -> str:
    """``sql`` as the column will hold it, where storing rounds: otherwise each comparison would differ."""
    return f"({sql})::{field.db_type(connection)}" if isinstance(field, DecimalField) else sql


def differs(left: Sequence[str], right: Sequence[str]) -> str:
    return f"ROW({', '.join(left)}) IS DISTINCT FROM ROW({', '.join(right)})"


def snapshot(cursor: Any) -> None:
    """One view of everything for the rest of this transaction."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
