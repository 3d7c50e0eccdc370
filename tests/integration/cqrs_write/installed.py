"""Apps of the tests, installed for a while in the process that runs them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.test import override_settings

from cqrs_write.definition.registry import registry


def installable(
    app: str, commands: ModuleType, *tables: type[Model], **more_settings: Any
) -> Callable[[], AbstractContextManager[None]]:
    """What installs ``app`` for a block: its handlers registered, its ``tables`` there, ``more_settings`` set.

    Its handlers, which importing ``commands`` has registered, are out of everybody's way outside.
    """
    handlers = [handler for handler in registry if handler.function.__module__ == commands.__name__]
    for handler in handlers:
        registry.remove(handler)

    @contextmanager
    def installed() -> Iterator[None]:
        with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, app], **more_settings):
            for handler in handlers:
                registry.add(handler)
            for model in tables:
                with connection.schema_editor() as editor:
                    editor.create_model(model)
            try:
                yield
            finally:
                for model in tables:
                    with connection.schema_editor() as editor:
                        editor.delete_model(model)
                for handler in handlers:
                    registry.remove(handler)

    return installed
