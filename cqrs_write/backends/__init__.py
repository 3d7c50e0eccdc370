"""The only places that know a database's own SQL: one folder per database, one module per concept."""

from importlib import import_module
from typing import Any

from django.db import connections

from cqrs_write.exceptions import UnsupportedDatabase

VENDORS = ("postgresql", "sqlite")


def load(package: str, concept: str, using: str) -> Any:
    """The module ``package/backends/<vendor of the alias using>/concept.py``.

    Raises:
        UnsupportedDatabase: if the alias is neither PostgreSQL nor SQLite.
    """
    vendor = connections[using].vendor
    if vendor not in VENDORS:
        raise UnsupportedDatabase(
            f"The database '{using}' is {vendor}; the toolkit knows {' and '.join(VENDORS)}. "
            "Leave the models on it out of read models and commands."
        )
    return import_module(f"{package}.backends.{vendor}.{concept}")
