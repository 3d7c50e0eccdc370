"""The fingerprint of a request: equal for two whose content is the same, however it is spaced and ordered."""

import hashlib
import json
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from cqrs_write.http.request_data import TOO_DEEP


def fingerprint(request: Request) -> str:
    """Of method, path with query, and data: 64 hexadecimal digits.

    Raises:
        ParseError: if the body is not what its content type says.
    """
    try:
        data = request.data
        content = dict(data.lists()) if isinstance(data, QueryDict) else data
        text = json.dumps(
            [request.method, request.get_full_path(), content], sort_keys=True, default=_written
        )
    except RecursionError as error:
        raise ParseError(TOO_DEEP) from error
    return hashlib.sha256(text.encode()).hexdigest()


def _written(value: Any) -> Any:
    """What stands for a value that JSON cannot write."""
    if isinstance(value, UploadedFile):
        return [value.name, value.content_type, _digest(value)]
    return repr(value)


def _digest(file: "UploadedFile[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
