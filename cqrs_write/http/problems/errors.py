"""Errors of single fields, as the list of a problem: each with a JSON pointer (RFC 6901) into what was sent."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from rest_framework.settings import api_settings


def errors(detail: Any, pointer: str = "#") -> list[dict[str, str]]:
    """The errors in ``detail``, which is text, a list or a dictionary of such: as serializers report them."""
    return list(_errors(detail, pointer))


def _errors(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, value in detail.items():
            yield from _errors(value, pointer if _concerns_all(name) else f"{pointer}/{_escaped(str(name))}")
    elif isinstance(detail, list):
        for place, value in enumerate(detail):
            yield from _errors(value, f"{pointer}/{place}" if isinstance(value, dict | list) else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def _concerns_all(name: object) -> bool:
    return name in (api_settings.NON_FIELD_ERRORS_KEY, "detail")


def _escaped(name: str) -> str:
    return quote(name.replace("~", "~0").replace("/", "~1"), errors="replace")
