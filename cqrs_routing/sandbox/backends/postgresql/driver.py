"""A psycopg connection in a sandbox: it does not end its transaction, and keeps no lock beyond it."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

from django.db.backends.postgresql.psycopg_any import is_psycopg3

from cqrs_routing.sandbox.active import active

SESSION_LOCK = re.compile(r"\bpg_(try_)?advisory_lock(_shared)?(?=\s*\()", re.IGNORECASE)


def beginning_without_lock(connection: Any) -> AbstractContextManager[None]:
    """Beginning a transaction never takes one."""
    return nullcontext()


def guard(driver: Any) -> None:
    """Have ``driver``, the connection behind Django's, refuse what would end its transaction."""
    if is_psycopg3:
        driver.__class__ = guarded(type(driver))  # type: ignore[arg-type]


def unguard(driver: Any) -> None:
    if is_psycopg3 and hasattr(type(driver), "unguarded"):
        driver.__class__ = type(driver).unguarded


def limit(driver: Any, statement_timeout: float | None, lock_timeout: float | None) -> None:
    """For the rest of the transaction; in seconds, None leaves a limit as it is."""
    limits = {"statement_timeout": statement_timeout, "lock_timeout": lock_timeout}
    given = {name: seconds for name, seconds in limits.items() if seconds is not None}
    settings = ", ".join(f"set_config('{name}', %s, true)" for name in given)
    with driver.cursor() as cursor:
        cursor.execute(
            f"SELECT {settings}", [f"{max(1, round(seconds * 1000))}ms" for seconds in given.values()]
        )


def within_transaction(sql: str) -> str:
    """``sql`` with locks of the session made into the transaction's, which a rollback releases."""
    if "advisory_lock" not in sql:
        return sql
    return SESSION_LOCK.sub(r"pg_\1advisory_xact_lock\2", sql)


def as_text(sql: Any, driver: Any) -> str:
    """A statement as Django's cursors take it: text, bytes or one composed by psycopg."""
    if isinstance(sql, bytes):
        return sql.decode()
    return sql if isinstance(sql, str) else str(sql.as_string(driver))


@cache
def guarded(kind: type[Any]) -> type[Any]:
    """The class of connections of ``kind`` that are in a sandbox's custody."""

    class Guarded(kind):  # type: ignore[misc]
        unguarded = kind

        def commit(self) -> None:
            refuse("commit()")
            super().commit()

        def rollback(self) -> None:
            refuse("rollback()")
            super().rollback()

        def set_autocommit(self, value: bool) -> None:
            refuse("set_autocommit()")
            super().set_autocommit(value)

        def transaction(self, *args: Any, **kwargs: Any) -> AbstractContextManager[Any]:
            # The outermost one would commit; with a transaction open already, it is a savepoint.
            self.execute("SELECT 1")
            return super().transaction(*args, **kwargs)  # type: ignore[no-any-return]

    return Guarded


def refuse(what: str) -> None:
    if (sandbox := active.get()) is not None:
        raise sandbox.refuse("database", f"{what} of the driver's connection")
