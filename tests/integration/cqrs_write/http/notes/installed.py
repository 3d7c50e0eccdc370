"""The notes app, installed for a while in the process of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.test import override_settings

from cqrs_write.definition.registry import registry

from . import commands
from .models import Note

APP = "tests.integration.cqrs_write.http.notes"
HANDLERS = [handler for handler in registry if handler.function.__module__ == commands.__name__]

for _handler in HANDLERS:
    registry.remove(_handler)


@contextmanager
def notes_installed() -> Iterator[None]:
    """With its URLs, its handlers and its table; all are out of everybody's way afterwards."""
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, APP], ROOT_URLCONF=f"{APP}.urls"):
        for handler in HANDLERS:
            registry.add(handler)
        with connection.schema_editor() as editor:
            editor.create_model(Note)
        try:
            yield
        finally:
            with connection.schema_editor() as editor:
                editor.delete_model(Note)
            for handler in HANDLERS:
                registry.remove(handler)
