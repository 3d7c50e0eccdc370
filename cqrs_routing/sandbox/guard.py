"""The guard of one connection: neither SQL nor the driver ends the transaction that it is in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from cqrs_routing.sandbox.active import active
from cqrs_routing.sandbox.backends import driver_of
from cqrs_routing.sandbox.patching import Method
from cqrs_routing.sandbox.statements import transaction_command


@dataclass(frozen=True, slots=True)
class Limits:
    """For what the database does, in seconds; PostgreSQL knows them. None leaves a limit as it is."""

    statement_timeout: float | None = None
    lock_timeout: float | None = None

    def __bool__(self) -> bool:
        return self.statement_timeout is not None or self.lock_timeout is not None


class Guard:
    """Stands between the code and the driver of ``connection``; does nothing where the database is not known."""

    def __init__(self, connection: Any, limits: Limits) -> None:
        self.connection = connection
        self.limits = limits
        self.known = driver_of(connection.vendor)
        self.driver: Any = None

    def beginning_without_lock(self) -> AbstractContextManager[None]:
        if self.known is None:
            return nullcontext()
        return self.known.beginning_without_lock(self.connection)  # type: ignore[no-any-return]

    def put_on(self) -> None:
        """Guard the statements from now on, and the driver if it is connected."""
        if self.known is None:
            return
        if self.execute not in self.connection.execute_wrappers:
            self.connection.execute_wrappers.insert(0, self.execute)
        if self.connection.connection is not None:
            self.driver = self.connection.connection
            self.known.guard(self.driver)

    def take_off(self) -> None:
        if self.driver is not None:
            self.known.unguard(self.driver)
        if self.execute in self.connection.execute_wrappers:
            self.connection.execute_wrappers.remove(self.execute)

    def limit(self) -> None:
        """Set the limits, if they are not: before the first statement, so that an unused connection costs nothing."""
        if self.limits and self.driver is not None:
            limits, self.limits = self.limits, Limits()
            with self.connection.wrap_database_errors:
                self.known.limit(self.driver, limits.statement_timeout, limits.lock_timeout)

    def execute(self, execute: Method, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Execute a statement of the code, unless it would end the transaction."""
        sandbox = active.get()
        if sandbox is not None:
            sql = self.known.as_text(sql, self.driver)
            if command := transaction_command(sql):
                raise sandbox.refuse("database", f"{command} on {self.connection.alias}")
            sql = self.known.within_transaction(sql)
        return execute(sql, params, many, context)
