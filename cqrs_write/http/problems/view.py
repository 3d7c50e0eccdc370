"""The view whose errors are problems: all of them, or those that no legacy endpoint has."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cqrs_write.http.problems.problem import MEDIA_TYPE, Problem, ProblemRenderer, problem_response
from cqrs_write.http.problems.translation import as_legacy, as_problem, body_of

REPLACED = {"content-type", "content-length"}
"""Headers of an answer that another body has its own of."""


class ProblemView(APIView):
    """Answers errors as problems.

    The project's exception handler is asked first, as in any view; so what it logs or rolls back, and the headers it
    gives, stay.
    """

    problem_json: ClassVar[bool] = False
    """Whether every error is a problem. If not, what a legacy endpoint may answer too has its words: invalid and
    rejected commands, and whatever the REST framework or the project raises."""

    def handle_exception(self, exc: Exception) -> Response:
        error = as_problem(exc) if self.problem_json else as_legacy(exc)
        response = super().handle_exception(error)
        if isinstance(error, Problem):
            return _replaced(response, error.body, error.headers)
        if self.problem_json:
            return _replaced(
                response, body_of(error, response.status_code, getattr(response, "data", None)), {}
            )
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if getattr(response, "content_type", None) == MEDIA_TYPE:
            response.accepted_renderer = ProblemRenderer()
        return response


def _replaced(response: Response, body: dict[str, Any], headers: Mapping[str, str]) -> Response:
    kept = {name: value for name, value in response.items() if name.lower() not in REPLACED}
    return problem_response(body, {**kept, **headers})
