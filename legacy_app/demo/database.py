"""The database of a run: this process is pointed at it, and it must be empty."""

import importlib
import os

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, connections

from cqrs_write import changelog
from legacy_app import settings as legacy_settings
from legacy_app.demo.exceptions import CannotStart
from legacy_app.seed.flush import find_rows


def work_on(environment: dict[str, str]) -> None:
    """Have this process use the database and the broker that ``environment`` names.

    The settings are read again, since Django has read them before the servers were there.
    """
    os.environ.update(environment)
    settings.DATABASES = importlib.reload(legacy_settings).DATABASES
    connections.close_all()
    for connection_before in connections.all(initialized_only=True):
        del connections[connection_before.alias]
    connections.settings = connections.configure_settings(settings.DATABASES)


def refuse_full_database() -> None:
    """Leave alone what is not the demo's own.

    Raises:
        CannotStart: the database has tables of something else, or a shop with data.
    """
    try:
        tables = set(connection.introspection.table_names())
        strange = sorted(tables - own_tables())
        rows = find_rows() if tables >= shop_tables() else None
    except DatabaseError as error:
        raise CannotStart(f"Database: {' '.join(str(error).split())}") from error
    if strange:
        raise CannotStart(f"The database has tables of something else ({strange[0]}): name an empty one")
    if rows:
        raise CannotStart(f"The database already has {rows}, and they stay as they are: name an empty one")


def own_tables() -> set[str]:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return tables | {"django_migrations", *changelog.TABLES}


def shop_tables() -> set[str]:
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ("customers", "orders", "rides")
    }
