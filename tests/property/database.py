"""A database of the graph's own, with several real connections, of which one at a time is Django's ``default``."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings

from tests.property.graph.tables import create_tables, restore_statements

WRITERS = ("first", "second", "third")
REFRESHER, TENDER = "refresher", "tender"
"""Who refreshes and looks; and who makes tables and drains while nothing else is open."""

LOCK_TIMEOUT = 0.025
"""Seconds: all transactions are driven by one thread, so a lock that is taken stays taken."""
PATIENCE = 20
"""Seconds that the tender waits: only for the database's own work."""

INSTALLED = ["django.contrib.contenttypes", "cqrs_write", "cqrs_read", "tests.property.graph"]


class Database:
    """The connections by name. Everything runs in one thread, so what happens is the same every time."""

    def __init__(self, name: str) -> None:
        self.pool = {who: _wrapper(name, patient=who == TENDER) for who in (*WRITERS, REFRESHER, TENDER)}
        self.vendor = connection.vendor

    @contextmanager
    def connected(self, who: str) -> Iterator[Any]:
        """Within the block, ``who`` is the connection that Django and the toolkit use."""
        before = connections["default"]
        connections["default"] = self.pool[who]
        try:
            yield self.pool[who]
        finally:
            connections["default"] = before

    def restore(self) -> None:
        """Bring every table of the graph back to the rows that it began with, and forget what was logged."""
        with self.connected(TENDER) as tender:
            script = ";\n".join(restore_statements(tender))
            if self.vendor == "sqlite":
                tender.ensure_connection()
                tender.connection.executescript(f"BEGIN;\n{script};\nCOMMIT")
            else:
                with tender.cursor() as cursor:
                    cursor.execute(script)

    def close(self) -> None:
        for one in self.pool.values():
            one.close()


@contextmanager
def graph_database(folder: Path) -> Iterator[Database]:
    """A new database in which the toolkit's tables and the graph's are, and Django knows nothing else."""
    name = str(folder / "graph.sqlite3")
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            name = f"{connection.settings_dict['NAME']}_graph"
            _execute(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
            stack.callback(_execute, f'DROP DATABASE "{name}" WITH (FORCE)')
        stack.enter_context(override_settings(INSTALLED_APPS=INSTALLED))
        database = Database(name)
        stack.callback(database.close)
        with database.connected(TENDER):
            call_command("migrate", verbosity=0)
            create_tables(connections["default"])
        yield database
    apps.clear_cache()


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _wrapper(name: str, *, patient: bool) -> Any:
    given = connections["default"].settings_dict
    options = dict(given.get("OPTIONS", {}))
    wait = PATIENCE if patient else LOCK_TIMEOUT
    if connection.vendor == "sqlite":
        options["timeout"] = wait
    else:
        options["options"] = f"-c lock_timeout={wait}s"
    settings = {**given, "NAME": name, "OPTIONS": options, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}
    return type(connections["default"])(settings, "default")
