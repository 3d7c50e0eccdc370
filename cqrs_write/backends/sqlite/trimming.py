"""Trimming the change log on SQLite: in small transactions, so that other writers get their turn."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

ROW_BYTES = 60
"""What a row takes beside its stream and key."""

BOUND = 300
"""Bytes that no row exceeds, unless keys are long texts."""


def earliest(cursor: Any, positions: Sequence[str]) -> str:
    """The one of ``positions`` that has seen least."""
    return min(positions, key=int)


def delete_batch(cursor: Any, behind: str, start: str, limit: int) -> tuple[int, str] | None:
    """Delete up to ``limit`` rows that the position ``behind`` has seen. Returns how many, and that position."""
    cursor.execute(
        "INSERT INTO cqrs_change_log_trimmed (one, behind) VALUES (1, %s) "
        "ON CONFLICT (one) DO UPDATE SET behind = max(behind, excluded.behind)",
        [int(behind)],
    )
    cursor.execute(
        "DELETE FROM cqrs_change_log WHERE id IN "
        "(SELECT id FROM cqrs_change_log WHERE id <= %s ORDER BY id LIMIT %s)",
        [int(behind), limit],
    )
    return int(cursor.rowcount), behind


def count_seen(cursor: Any, behind: str) -> int:
    """How many rows the position ``behind`` has seen."""
    cursor.execute("SELECT count(*) FROM cqrs_change_log WHERE id <= %s", [int(behind)])
    return int(cursor.fetchone()[0])


def size(cursor: Any) -> tuple[int, int, datetime | None]:
    """An estimate of the rows, a rough upper bound of their bytes, and when the oldest row was written."""
    cursor.execute("SELECT coalesce(max(id) - min(id) + 1, 0) FROM cqrs_change_log")
    (rows,) = cursor.fetchone()
    cursor.execute("SELECT logged_at FROM cqrs_change_log ORDER BY id LIMIT 1")
    oldest = cursor.fetchone()
    return rows, rows * BOUND, datetime.fromisoformat(oldest[0]).replace(tzinfo=UTC) if oldest else None


def used_bytes(cursor: Any) -> int:
    """The bytes of the rows that are there."""
    cursor.execute(
        f"SELECT coalesce(sum({ROW_BYTES} + length(stream) + coalesce(length(key), 0)), 0) FROM cqrs_change_log"
    )
    return int(cursor.fetchone()[0])
