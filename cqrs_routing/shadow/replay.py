"""A replay: a request is answered again by one side, as if whoever asked had asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation

from cqrs_routing.comparison.answer import Answer
from cqrs_routing.declaration.endpoint import View
from cqrs_routing.serving.answering import response_of
from cqrs_routing.serving.decision import Side
from cqrs_routing.serving.service import SERVED
from cqrs_routing.serving.throttles import unthrottled
from cqrs_routing.shadow.empty_caches import begin_with_empty_caches

if TYPE_CHECKING:
    from cqrs_routing.serving.candidate import CandidateServer
    from cqrs_routing.shadow.sample import Sample


class Replay:
    """One request that one side answers again, and what it answered."""

    def __init__(self, side: Side, sample: Sample) -> None:
        self.side = side
        self.sample = sample
        self.answer: Answer | None = None
        self.milliseconds = 0.0

    def serve(
        self,
        candidates: CandidateServer,
        view: View,
        request: HttpRequest,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> HttpResponseBase:
        """Call the view. What it raises is remembered, and goes no further: no handler reports it as an error."""
        be_surrounded(self.sample)
        try:
            return response_of(candidates, view, request, args, kwargs)
        except Exception as error:  # noqa: BLE001  a finding
            self.answer = Answer.from_exception(error)
            return HttpResponse(status=500)

    def finish(self, response: HttpResponseBase) -> None:
        response._has_been_logged = True  # type: ignore[attr-defined]  # by Django, as an error that a client got
        if self.answer is None and isinstance(response, HttpResponse):
            self.answer = Answer.from_response(response)


def replayed(sample: Sample, side: Side) -> Replay:
    """Have ``side`` answer ``sample`` again, in this thread.

    Run it in a sandbox: views may write.
    """
    begin_with_empty_caches()
    replay, request = Replay(side, sample), request_of(sample)
    setattr(request, SERVED, replay)
    unthrottled(request)
    with timezone.override(None), translation.override(sample.language):
        started = perf_counter()
        handler().get_response(request)
        replay.milliseconds = (perf_counter() - started) * 1000
    if replay.answer is None:
        # It did not come as far as the view, or streams.
        replay.answer = Answer(status=0, error="cqrs_routing.shadow.replay.NotAnswered")
    return replay


@cache
def handler() -> BaseHandler:
    """Django's, with the project's middleware, so that views find on the request what they need."""
    made = BaseHandler()
    made.load_middleware()
    return made


def request_of(sample: Sample) -> WSGIRequest:
    url = urlsplit(sample.path)
    script = sample.meta.get("SCRIPT_NAME", "")
    path = unquote_to_bytes(url.path.removeprefix(script)).decode("latin-1")
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.input": BytesIO(),
            **sample.meta,
            "PATH_INFO": path,
            "QUERY_STRING": url.query,
            "wsgi.url_scheme": "https" if sample.secure else "http",
        }
    )
    be_asked_by(request, user_of(sample.user))
    return request


def user_of(key: str) -> Any:
    """The user as it is now.

    Raises:
        LookupError: it is there no more.
    """
    if not key:
        return AnonymousUser()
    user = get_user_model()._default_manager.filter(pk=key).first()
    if user is None:
        raise LookupError(key)
    return user


def be_asked_by(request: Any, user: Any) -> None:
    """Have Django's middleware and REST framework take ``user`` for who asks."""

    async def auser() -> Any:
        return user

    request.user, request.auser = user, auser
    request._cached_user = request._acached_user = user
    if user.is_authenticated:
        request._force_auth_user, request._force_auth_token = user, None


def be_surrounded(sample: Sample) -> None:
    """Activate what was active when the view was called; middleware had the cookies to tell it from."""
    if sample.time_zone:
        timezone.activate(sample.time_zone)
    else:
        timezone.deactivate()
    if sample.language is None:
        translation.deactivate_all()
    else:
        translation.activate(sample.language)
