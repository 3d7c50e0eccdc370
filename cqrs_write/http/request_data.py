"""The data of a request: what its body says, and whether the database could keep it."""

import math
from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from cqrs_write.definition.command import C, dump, load, name_of
from cqrs_write.exceptions import InvalidCommand

TOO_DEEP = "JSON parse error - nested too deeply"


def data_of(request: Request) -> Any:
    """The parsed body; of a form the last value of each field.

    Raises:
        ParseError: if it is not what its content type says.
        UnsupportedMediaType: if no parser of the view takes its content type.
        RequestDataTooBig: if it is longer than ``DATA_UPLOAD_MAX_MEMORY_SIZE``.
    """
    try:
        data = request.data
    except RecursionError as error:
        raise ParseError(TOO_DEEP) from error
    return data.dict() if isinstance(data, QueryDict) else data


def command_from(command_class: type[C], data: Any) -> C:
    """The command whose fields are ``data``.

    Raises:
        InvalidCommand: if one is not of its declared type.
    """
    try:
        return load(command_class, data)
    except RecursionError as error:
        raise InvalidCommand(f"{name_of(command_class)}: its fields are nested too deeply.") from error


def storable(command: C) -> C:
    """The command, if the command log could keep it.

    Raises:
        InvalidCommand: if a text has what no database stores, or a number is infinite or none at all.
    """
    if problem := _unstorable(dump(command)):
        raise InvalidCommand(f"{name_of(type(command))}: {problem}")
    return command


def _unstorable(value: Any) -> str:
    """What cannot be stored in ``value``, however deep; empty if everything can."""
    if isinstance(value, str):
        if "\0" in value:
            return "a text has a zero character, which no database stores."
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            return "a text has half a character (a lone surrogate), which no database stores."
        return ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"{value} is no number that JSON can write."
    if isinstance(value, dict):
        return next(filter(None, map(_unstorable, [*value, *value.values()])), "")
    if isinstance(value, list):
        return next(filter(None, map(_unstorable, value)), "")
    return ""
