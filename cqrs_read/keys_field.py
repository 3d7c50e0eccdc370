"""A model field that holds a list of keys as text."""

from typing import Any

from django.db import models

from cqrs_write.backends import load


class KeysField(models.Field):  # type: ignore[type-arg]  # no brackets at run time
    """Keys as text: an array where the database has arrays, else a JSON array in a text."""

    def db_type(self, connection: Any) -> str:
        return str(load("cqrs_read", "keys", connection.alias).KEYS_TYPE)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else load("cqrs_read", "keys", connection.alias).adapted(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> list[str] | None:
        return None if value is None else list(load("cqrs_read", "keys", connection.alias).loaded(value))
