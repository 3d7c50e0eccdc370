"""The ``schema`` of a view that describes itself to drf-spectacular, where the project has that."""

import sys
from functools import cache
from typing import Any

from django.utils.module_loading import import_string
from rest_framework.schemas.inspectors import ViewInspector
from rest_framework.settings import api_settings


class Documented(ViewInspector):
    """Adds to the project's own schema class, whatever that is, what only the view knows.

    Args:
        operation: the dotted path of a class that overrides methods of ``drf_spectacular.openapi.AutoSchema``.
    """

    def __init__(self, operation: str) -> None:
        super().__init__()
        self.operation = operation

    def __get__(self, instance: Any, owner: Any) -> Any:
        given = super().__get__(instance, owner)
        if given is not self:
            return given
        inspector = _extended(self.operation, api_settings.DEFAULT_SCHEMA_CLASS)()
        inspector.view = instance
        return inspector


@cache
def _extended(operation: str, schema: type[Any]) -> type[Any]:
    spectacular = sys.modules.get("drf_spectacular.openapi")
    if spectacular is None or not issubclass(schema, spectacular.AutoSchema):
        return schema
    mixin = import_string(operation)
    return type(mixin.__name__, (mixin, schema), {})
