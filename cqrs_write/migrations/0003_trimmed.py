from typing import Any

from django.db import migrations

from cqrs_write.backends import load


def create(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, "create_trimmed_statements")


def drop(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, "drop_trimmed_statements")


def _run(schema_editor: Any, kind: str) -> None:
    connection = schema_editor.connection
    backend = load("cqrs_write", "changelog", connection.alias)
    with connection.cursor() as cursor:
        for statement in getattr(backend, kind)(cursor):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """The change log remembers how far it was trimmed. A table of its own: no lock on the one that writers use."""

    dependencies = [("cqrs_write", "0002_change_log")]

    operations = [migrations.RunPython(create, drop)]
