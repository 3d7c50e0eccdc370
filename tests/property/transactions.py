"""Transactions that stay open from one step of an example to the next, and what a database may refuse in them."""

from typing import Any

from django.db import DatabaseError, IntegrityError, connections, transaction

REFUSALS = ("55P03", "55006", "40")
"""SQLSTATEs by which PostgreSQL refuses a statement for what other transactions, or its own, have locked."""


class RolledBack(Exception):
    """Ends a block that is not kept."""


class Transaction:
    """An open transaction of Django's connection, with its savepoints."""

    def __init__(self) -> None:
        self.blocks: list[Any] = []
        self.enter()

    def enter(self) -> None:
        block = transaction.atomic()
        block.__enter__()
        self.blocks.append(block)

    def leave(self, *, keep: bool) -> None:
        """End the innermost block."""
        error = (None, None, None) if keep else (RolledBack, RolledBack(), None)
        self.blocks.pop().__exit__(*error)

    def end(self, *, keep: bool) -> None:
        while self.blocks:
            self.leave(keep=keep)


def is_refusal(error: DatabaseError) -> bool:
    """Whether a write was itself at fault, or another transaction in its way: never the triggers."""
    if isinstance(error, IntegrityError):
        return "cqrs" not in str(error)
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state.startswith(REFUSALS) or "locked" in str(error)


def is_broken() -> bool:
    """Whether the transaction of Django's connection can only be rolled back."""
    connection = connections["default"]
    if connection.needs_rollback or connection.vendor == "sqlite":
        return bool(connection.needs_rollback)
    return bool(connection.connection.info.transaction_status.name == "INERROR")
