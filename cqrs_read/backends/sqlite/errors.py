"""What SQLite's errors mean for a refresh."""

from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError

OF_VALUES = ("integer overflow", "malformed JSON")
PASSING = ("locked", "unable to open", "disk I/O error")


def is_data(error: DatabaseError) -> bool:
    """Whether some row's values are the cause, and other rows may go on."""
    return isinstance(error, DataError | IntegrityError) or (
        isinstance(error, OperationalError) and any(text in str(error) for text in OF_VALUES)
    )


def is_away(error: Exception, connection: Any) -> bool:
    """Whether the file cannot be opened, or another writer has held it for too long."""
    return isinstance(error, OperationalError | InterfaceError) and any(
        text in str(error) for text in PASSING
    )


def check_at_once(cursor: Any) -> None:
    """Constraints of SQLite that are deferred cannot be made immediate within a transaction."""
