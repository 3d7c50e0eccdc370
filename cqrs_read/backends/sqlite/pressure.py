"""SQLite knows no other sessions, no replicas and no vacuum in the background."""

from typing import Any


def active_sessions(cursor: Any) -> int:
    return 0


def replication_lag(cursor: Any) -> float:
    return 0.0


def is_being_vacuumed(cursor: Any, table: str) -> bool:
    return False
