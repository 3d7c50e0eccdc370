"""The only places that know a database's own SQL: one folder per database, one module per concept."""

from functools import cache
from importlib import import_module
from typing import Any

from django.db import connections
from django.utils.connection import ConnectionDoesNotExist

from cqrs_write.exceptions import UnknownName, UnsupportedDatabase

VENDORS = ("postgresql", "sqlite")

_module = cache(import_module)


def load(package: str, concept: str, using: str) -> Any:
    """The module ``package/backends/<vendor of the alias using>/concept.py``.

    Raises:
        UnknownName: if there is no such alias.
        UnsupportedDatabase: if the alias is neither PostgreSQL nor SQLite.
    """
    try:
        vendor = connections[using].vendor
    except ConnectionDoesNotExist:
        raise UnknownName("database", using, list(connections.settings)) from None
    if vendor not in VENDORS:
        raise UnsupportedDatabase(
            f"The database '{using}' is {vendor}; the toolkit knows {' and '.join(VENDORS)}. "
            "Leave the models on it out of read models and commands."
        )
    return _module(f"{package}.backends.{vendor}.{concept}")
