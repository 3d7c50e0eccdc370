"""What PostgreSQL's errors mean for a refresh."""

from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError

GONE = ("08", "57P")
"""Classes of SQLSTATE that say that the connection, or the server, is going away."""


def is_data(error: DatabaseError) -> bool:
    """Whether some row's values are the cause, and other rows may go on."""
    return isinstance(error, DataError | IntegrityError)


def is_away(error: Exception, connection: Any) -> bool:
    """Whether the database cannot be reached now, or has ended the connection."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    raw, state = connection.connection, getattr(error.__cause__, "sqlstate", None) or ""
    return raw is None or bool(raw.closed) or state.startswith(GONE)


def check_at_once(cursor: Any) -> None:
    """Have deferred constraints fail with the statement that breaks them."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
