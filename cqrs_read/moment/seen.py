"""What is seen in a moment, and what a moment may take."""

from dataclasses import dataclass
from typing import Generic, TypeVar

C = TypeVar("C")
L = TypeVar("L")


@dataclass(frozen=True, kw_only=True)
class Seen(Generic[C, L]):
    """What the two callables returned, of one state of the database."""

    candidate: C
    legacy: L


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one moment may take, beyond which there is none."""

    keys: int = 1000
    """Keys, of changes and of rows, that a read model may be behind."""

    lock_seconds: float = 1.0
    """Seconds to wait for each refresh lock."""

    statement_seconds: float = 5.0
    """Seconds that one statement may take, on PostgreSQL; those of the callables included."""

    attempts: int = 5
