"""The data of a request: what its body says."""

from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from cqrs_write.definition.command import C, load, name_of
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
