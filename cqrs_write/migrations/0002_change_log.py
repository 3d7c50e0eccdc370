from typing import Any

from django.db import migrations

from cqrs_write.backends import load


def create(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, "create_statements")


def drop(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, "drop_statements")


def _run(schema_editor: Any, kind: str) -> None:
    connection = schema_editor.connection
    backend = load("cqrs_write", "changelog", connection.alias)
    with connection.cursor() as cursor:
        for statement in getattr(backend, kind)(cursor):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """The change log has no Django model: its columns are the database's own types, its writers are triggers."""

    dependencies = [("cqrs_write", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
