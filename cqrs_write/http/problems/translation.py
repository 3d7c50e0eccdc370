"""Translation: what stands over HTTP for an error that was raised."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ValidationError

from cqrs_write.exceptions import CommandRejected, InvalidCommand
from cqrs_write.http.problems import kinds
from cqrs_write.http.problems.errors import errors
from cqrs_write.http.problems.problem import Problem


def as_problem(exc: Exception) -> Exception:
    """The problem; of an error that commands have no part in, the error itself."""
    if isinstance(exc, InvalidCommand):
        return Problem(kinds.COMMAND_INVALID, _printable(exc))
    if isinstance(exc, CommandRejected):
        return Problem(kinds.COMMAND_REJECTED, _printable(exc), errors=errors(exc.detail))
    if isinstance(exc, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return Problem(kinds.BODY_TOO_LARGE, f"It may have {limit} bytes. Send less, in several requests.")
    return exc


def as_legacy(exc: Exception) -> Exception:
    """The same where a legacy endpoint has words of its own for what is wrong with a command."""
    if isinstance(exc, InvalidCommand):
        return ValidationError({"detail": _printable(exc)})
    if isinstance(exc, CommandRejected):
        return ValidationError(exc.detail)
    return as_problem(exc)


def body_of(exc: Exception, status: int, data: Any = None) -> dict[str, Any]:
    """The body of a problem, whatever the error.

    Args:
        exc: the error.
        status: of the answer.
        data: what it would be answered with otherwise.
    """
    problem = as_problem(exc)
    if isinstance(problem, Problem):
        return problem.body
    title = HTTPStatus(status).phrase
    found = errors(getattr(exc, "detail", None) or data or title)
    body = {"type": "about:blank", "title": title, "status": status, "detail": found[0]["detail"]}
    return {**body, "errors": found} if isinstance(exc, ValidationError) else body


def _printable(exc: Exception) -> str:
    return str(exc).encode(errors="replace").decode()
