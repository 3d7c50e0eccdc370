"""What Django makes of what a view does: an answer, also of some exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.handlers.exception import response_for_exception
from django.http import Http404, HttpRequest, HttpResponseBase

from cqrs_routing.declaration.endpoint import View
from cqrs_routing.serving.candidate import CandidateServer

ANSWERED = (Http404, PermissionDenied, BadRequest, SuspiciousOperation)
"""Exceptions of which Django makes an answer with another status than 500."""


def response_of(
    candidates: CandidateServer,
    view: View,
    request: HttpRequest,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> HttpResponseBase:
    """The response of ``view`` as a client would get it; other exceptions than those leave it."""
    try:
        return candidates.serve(view, request, args, kwargs)
    except ANSWERED as error:
        return response_for_exception(request, error)
