"""The kinds of classes that a view is made of: what is looked at when it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cqrs_routing.retirement.origin import path_of

KINDS = {
    "rest_framework.serializers.BaseSerializer": "serializer",
    "django_filters.filterset.BaseFilterSet": "filter set",
    "rest_framework.filters.BaseFilterBackend": "filter backend",
    "rest_framework.permissions.BasePermission": "permission",
    "rest_framework.pagination.BasePagination": "pagination",
    "rest_framework.throttling.BaseThrottle": "throttle",
    "rest_framework.authentication.BaseAuthentication": "authentication",
    "rest_framework.parsers.BaseParser": "parser",
    "rest_framework.renderers.BaseRenderer": "renderer",
    "django.forms.forms.BaseForm": "form",
    "django.views.generic.base.View": "view",
}
"""By the class at the root of each. They are told by name, since the project need not have all of the packages."""

OPERANDS = ("op1_class", "op2_class")
"""The permissions that REST framework's ``&``, ``|`` and ``~`` hold."""


def kind_of(definition: Any) -> str:
    """Empty for whatever is of none."""
    if not isinstance(definition, type):
        return ""
    paths = (path_of(base) for base in definition.__mro__)
    return next((KINDS[path] for path in paths if path in KINDS), "")


def classes_in(value: Any) -> Iterator[type]:
    """The classes of some kind in what an attribute of a view, or a method that stands for one, holds."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple, set)):
        for one in value:
            yield from classes_in(one)
    elif operands := [operand for name in OPERANDS if (operand := getattr(value, name, None))]:
        yield from classes_in(operands)
    elif kind_of(found := value if isinstance(value, type) else type(value)):
        yield found
