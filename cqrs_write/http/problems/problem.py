"""A problem: an error that is answered with its kind, with what is wrong in this case, and what to do."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from cqrs_write.http.problems.kinds import Kind

MEDIA_TYPE = "application/problem+json"


class ProblemRenderer(JSONRenderer):
    """JSON under the media type of problems; in ASCII, since a detail may repeat what UTF-8 cannot write."""

    media_type = MEDIA_TYPE
    format = "problem+json"
    ensure_ascii = True


class Problem(APIException):
    """An error of a view of commands that no legacy endpoint has: a client learns of it as RFC 9457 has it.

    Args:
        kind: a row of :mod:`cqrs_write.http.problems.kinds`.
        detail: what is wrong in this case, and what to do.
        headers: of the answer.
        members: further members of the body.
    """

    def __init__(
        self, kind: Kind, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail, code=kind.name)
        self.kind = kind
        self.status_code = kind.status
        self.headers = dict(headers or {})
        self.members = members

    @property
    def body(self) -> dict[str, Any]:
        return {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": str(self.detail),
            **self.members,
        }

    def response(self) -> Response:
        return problem_response(self.body, self.headers)


def problem_response(body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """The answer with the problem ``body``, whose status it has."""
    return Response(
        body, status=body["status"], headers=dict(headers), content_type=MEDIA_TYPE, exception=True
    )
