"""Custody: one database connection while code in a sandbox uses it, and back as it was."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import suppress
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic

from cqrs_routing.sandbox.active import suspended
from cqrs_routing.sandbox.guard import Guard, Limits
from cqrs_routing.sandbox.patching import Method

logger = logging.getLogger("cqrs_routing.sandbox")

CLAIMED = (
    "in_atomic_block",
    "commit_on_exit",
    "needs_rollback",
    "savepoint_ids",
    "atomic_blocks",
    "run_on_commit",
)
"""What a connection says about its transaction, and connecting resets."""


class Custody:
    """Keeps a transaction around everything that is done on ``connection``, and rolls it back.

    Where there is one already, it is a savepoint. A connection that is not connected begins when it connects, and
    only claims to be in a transaction until then.
    """

    def __init__(self, connection: BaseDatabaseWrapper, limits: Limits) -> None:
        self.connection: Any = connection
        self.guard = Guard(connection, limits)
        self.block = outer_block(connection.alias)
        self.nested = connection.in_atomic_block
        self.queries_log = connection.queries_log
        self.errors_occurred = connection.errors_occurred
        self.outer = list(connection.savepoint_ids), list(connection.atomic_blocks)
        self.inner = self.outer
        self.begun = False

    def take(self) -> None:
        """Begin. Where that fails, what the database says is raised, and releasing is in order all the same."""
        self.connection.queries_log = deque(maxlen=self.queries_log.maxlen)
        self.begin()
        self.begun = True
        self.inner = list(self.connection.savepoint_ids), list(self.connection.atomic_blocks)
        self.guard.put_on()

    def begin(self) -> None:
        connection = self.connection
        if connection.connection is not None or self.nested:
            with self.guard.beginning_without_lock():
                self.block.__enter__()
            return
        connection.in_atomic_block = connection.commit_on_exit = True
        connection.needs_rollback = connection.closed_in_transaction = False
        connection.savepoint_ids, connection.atomic_blocks = [], [self.block]

    def connect(self, connect: Method) -> None:
        """Connect by ``connect``, and begin the transaction that the connection claims to be in."""
        claimed = {name: getattr(self.connection, name) for name in CLAIMED}
        try:
            with suspended():
                connect(self.connection)
                self.begin_at_last()
        except BaseException:
            drop(self.connection)
            raise
        finally:
            for name, value in claimed.items():
                setattr(self.connection, name, value)
        self.guard.put_on()
        self.guard.limit()

    def begin_at_last(self) -> None:
        if self.connection.autocommit:
            with self.guard.beginning_without_lock():
                self.connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    def release(self) -> None:
        """Roll back, and leave the connection as it was; a broken one is closed. Raises no Exception."""
        try:
            self.guard.take_off()
            if self.begun:
                self.roll_back()
            else:
                self.give_up()
        except BaseException as error:
            self.give_up()
            if not isinstance(error, Exception):
                raise
            logger.warning("The connection '%s' broke in a sandbox.", self.connection.alias, exc_info=True)
        finally:
            self.connection.queries_log = self.queries_log
            self.connection.errors_occurred |= self.errors_occurred

    def roll_back(self) -> None:
        connection = self.connection
        if (other := connections[connection.alias]) is not connection:
            other.close()
            connections[connection.alias] = connection
        if connection.connection is None:
            forget_transaction(connection)
            return
        # The code may have left blocks open.
        connection.savepoint_ids, connection.atomic_blocks = self.inner
        connection.in_atomic_block = connection.needs_rollback = True
        self.block.__exit__(None, None, None)

    def give_up(self) -> None:
        """Close the connection; where others began the transaction, see to it that they cannot commit it."""
        if self.nested:
            self.connection.savepoint_ids, self.connection.atomic_blocks = self.outer
            self.connection.in_atomic_block = self.connection.needs_rollback = True
        else:
            drop(self.connection)


class BorrowedCustody(Custody):
    """Custody of a connection in a transaction of somebody else, who is going to roll it back."""

    def begin(self) -> None:
        block: Any = self.connection.atomic_blocks[-1]
        self.guard.limits = Limits()
        self.callbacks = len(self.connection.run_on_commit)
        self.owner: tuple[Any, bool] = block, block._from_testcase
        block._from_testcase = True

    def roll_back(self) -> None:
        block, may_have_durable_inside = self.owner
        block._from_testcase = may_have_durable_inside
        self.connection.savepoint_ids, self.connection.atomic_blocks = self.outer
        del self.connection.run_on_commit[self.callbacks :]


def outer_block(alias: str) -> Any:
    """An atomic block in which durable ones may stand, as they may in that of a TestCase."""
    block = Atomic(alias, savepoint=True, durable=False)
    block._from_testcase = True  # type: ignore[attr-defined]
    return block


def drop(connection: Any) -> None:
    """Close ``connection``, whatever state it is in."""
    forget_transaction(connection)
    with suspended(), suppress(Exception):  # it is broken; what it says about being closed interests nobody
        connection.close()


def forget_transaction(connection: Any) -> None:
    connection.in_atomic_block = connection.needs_rollback = connection.closed_in_transaction = False
    connection.savepoint_ids, connection.atomic_blocks, connection.run_on_commit = [], [], []
