"""An SQLite connection in a sandbox: the library itself is told to deny every COMMIT and ROLLBACK."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cqrs_routing.sandbox.active import active


@contextmanager
def beginning_without_lock(connection: Any) -> Iterator[None]:
    """A transaction that the block begins takes no lock before it writes, whatever OPTIONS say.

    Who read first may find it locked then. But others would wait for each reader, and for an alias of the same file.
    """
    mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        connection.transaction_mode = mode


def guard(driver: Any) -> None:
    """Have ``driver``, the connection behind Django's, refuse what would end its transaction."""
    driver.set_authorizer(authorise)


def unguard(driver: Any) -> None:
    driver.set_authorizer(None)


def authorise(action: int, operation: str | None, *more: Any) -> int:
    if (
        action == sqlite3.SQLITE_TRANSACTION
        and operation != "BEGIN"
        and (sandbox := active.get()) is not None
    ):
        sandbox.suppress("database", f"{operation} by the driver's connection")
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def limit(driver: Any, statement_timeout: float | None, lock_timeout: float | None) -> None:
    """There are no such limits."""


def within_transaction(sql: str) -> str:
    return sql


def as_text(sql: Any, driver: Any) -> str:
    return str(sql)
