"""What Django believes SQLite can do."""

import sqlite3

from django.db.backends.sqlite3.features import DatabaseFeatures

ALWAYS_HAS_JSON = (3, 38)
"""The version from which JSON functions are a part of SQLite."""


def believe_in_json() -> None:
    """Spare every connection Django's own try, which takes a database that is locked for one without JSON.

    It opens a transaction for it; with ``transaction_mode`` IMMEDIATE that waits for the writer, in vain perhaps, and
    the process would refuse JSON until it ends.
    """
    if sqlite3.sqlite_version_info >= ALWAYS_HAS_JSON:
        DatabaseFeatures.supports_json_field = True  # type: ignore[method-assign, assignment]
