"""The databases of a sandbox: this thread's connections, those that are there and those that the code will open.

Only what Django connects to is rolled back: a connection that the code makes by a driver is its own. SQL that would
commit is told by its text on PostgreSQL and SQLite, if it is not executed by a driver's own cursor. Some things no
rollback undoes: numbers drawn from sequences, COPY to a file or a program, dblink. A failed statement breaks the
transaction, also where the code usually runs without one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from cqrs_routing.sandbox.active import Sandbox, active
from cqrs_routing.sandbox.custody import BorrowedCustody, Custody
from cqrs_routing.sandbox.guard import Limits
from cqrs_routing.sandbox.patching import Method, replace
from cqrs_routing.sandbox.refusal import SandboxMisused

in_custody: dict[BaseDatabaseWrapper, Custody] = {}
"""Every connection of this process that is; each belongs to the thread of one sandbox."""


def install() -> None:
    replace(ConnectionHandler, "create_connection", create_connection)
    replace(BaseDatabaseWrapper, "connect", connect)
    replace(BaseDatabaseWrapper, "_cursor", make_cursor)
    replace(BaseDatabaseWrapper, "on_commit", on_commit)
    replace(BaseDatabaseWrapper, "close", close)
    for name in ("commit", "rollback", "set_autocommit"):
        replace(BaseDatabaseWrapper, name, end_transaction)


@contextmanager
def custody_of_all(sandbox: Sandbox, limits: Limits, *, transaction: bool) -> Iterator[None]:
    """This thread's connections are in custody for the block, and new ones from the moment that they are made.

    Args:
        transaction: False leaves a connection that is in a transaction to whoever began that; True gives it a
            savepoint of its own.
    """
    with ExitStack() as stack:

        def take(connection: BaseDatabaseWrapper) -> None:
            if connection in in_custody:
                raise SandboxMisused(
                    f"The connection '{connection.alias}' of this thread is in another sandbox."
                )
            borrowed = connection.in_atomic_block and not transaction
            custody = (BorrowedCustody if borrowed else Custody)(connection, limits)
            in_custody[connection] = custody
            stack.callback(custody.release)
            stack.callback(in_custody.pop, connection, None)
            custody.take()

        for connection in connections.all(initialized_only=True):
            take(connection)
        sandbox.take_connection = take
        try:
            yield
        finally:
            sandbox.take_connection = None


def create_connection(original: Method) -> Method:
    def replacement(self: Any, alias: str) -> Any:
        connection = original(self, alias)
        sandbox = active.get()
        if sandbox is None or sandbox.take_connection is None:
            return connection
        # One of another handler, or of another thread, is refused when it connects.
        if self is connections and in_its_thread(sandbox):
            sandbox.take_connection(connection)
        return connection

    return replacement


def connect(original: Method) -> Method:
    def replacement(self: Any) -> Any:
        # Also without a sandbox: what reads a cache from the database suspends it.
        if (custody := in_custody.get(self)) is not None:
            return custody.connect(original)
        sandbox = active.get()
        if sandbox is None:
            return original(self)
        raise not_in_custody(self, sandbox)

    return replacement


def make_cursor(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **kwargs)
        if (custody := in_custody.get(self)) is None:
            raise not_in_custody(self, sandbox)
        custody.guard.limit()
        return original(self, *args, **kwargs)

    return replacement


def on_commit(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **kwargs)
        if self not in in_custody:
            raise not_in_custody(self, sandbox)
        original(self, *args, **kwargs)
        sandbox.recorded.callbacks += 1
        return None

    return replacement


def close(original: Method) -> Method:
    def replacement(self: Any) -> Any:
        # Code may close a connection at any time, and goes on with a new one: with this one, here.
        return original(self) if active.get() is None or self not in in_custody else None

    return replacement


def end_transaction(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None or self not in in_custody:
            return original(self, *args, **kwargs)
        raise sandbox.refuse("database", f"{original.__name__}() on {self.alias}")

    return replacement


def not_in_custody(connection: Any, sandbox: Sandbox) -> Exception:
    where = "by a connection of its own" if in_its_thread(sandbox) else "in another thread"
    return sandbox.refuse("database", f"use of {connection.alias} {where}")


def in_its_thread(sandbox: Sandbox) -> bool:
    return sandbox.thread == threading.get_ident()
