"""Refusals: errors that tell whoever asked, and not the operator, what is wrong; kept as the result of a dead command.

Who waits for a command over HTTP is answered as if it had been executed within the request.
"""

import json
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied

from cqrs_write.exceptions import CommandRejected, InvalidCommand


class Kind(StrEnum):
    """How a refusal is raised anew."""

    REJECTED = "rejected"
    INVALID = "invalid"
    REFUSED = "refused"


def refusal(error: Exception) -> dict[str, Any] | None:
    """``{"kind": "refused", "status": 409, "detail": …}`` of an error that a client is told; None of any other."""
    if isinstance(error, CommandRejected):
        return _told(Kind.REJECTED, status.HTTP_400_BAD_REQUEST, error.detail)
    if isinstance(error, InvalidCommand):
        return _told(Kind.INVALID, status.HTTP_400_BAD_REQUEST, str(error))
    # As the REST framework answers what Django raises.
    if isinstance(error, Http404):
        error = NotFound(*error.args)
    elif isinstance(error, DjangoPermissionDenied):
        error = PermissionDenied(*error.args)
    if isinstance(error, APIException) and error.status_code < status.HTTP_500_INTERNAL_SERVER_ERROR:
        return _told(Kind.REFUSED, error.status_code, error.detail)
    return None


def raised(told: dict[str, Any], line: str) -> Exception:
    """The error of which :func:`refusal` has told, with its message in one ``line``."""
    detail = told["detail"]
    match told["kind"]:
        case Kind.REJECTED:
            return CommandRejected(line, detail=detail)
        case Kind.INVALID:
            return InvalidCommand(detail)
    error = APIException(detail)
    error.status_code = told["status"]
    return error


def _told(kind: Kind, code: int, detail: Any) -> dict[str, Any]:
    try:
        detail = json.loads(json.dumps(detail, cls=DjangoJSONEncoder, allow_nan=False))
    except (TypeError, ValueError):
        detail = [str(detail)]
    return {"kind": kind.value, "status": code, "detail": detail}
