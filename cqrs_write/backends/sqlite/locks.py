"""Locks on SQLite: one writer at a time, and DDL is a write, so the connection's own timeout holds."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import OperationalError


def limit_wait(cursor: Any) -> None:
    """Nothing to limit."""


def waiting_briefly(using: str) -> AbstractContextManager[None]:
    """Nothing to limit, and no transaction: that would make a writer of whoever reads."""
    return nullcontext()


def is_timeout(error: OperationalError) -> bool:
    return False


def pause(attempt: int) -> None:
    """Never asked for: :func:`is_timeout` is always false."""


def is_alone(cursor: Any, key: int) -> bool:
    """Whoever writes is."""
    return True


def wait_for(cursor: Any, key: int) -> None:
    """Whoever writes is alone."""
