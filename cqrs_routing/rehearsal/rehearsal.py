"""A rehearsal: one write that the handler does in a sandbox, and then the legacy view for real, compared."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from django.db import OperationalError, connections, router
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from cqrs_routing.comparison import Answer
from cqrs_routing.comparison.sensitive import redacted_text
from cqrs_routing.declaration.endpoint import View
from cqrs_routing.rehearsal.foreign_commits import committed_now
from cqrs_routing.rehearsal.interference import Span
from cqrs_routing.rehearsal.outcome import Rehearsed
from cqrs_routing.rehearsal.recorder import Recorder
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.rehearsal.request_copy import NotCopied, copied
from cqrs_routing.sandbox.sandbox import Outcome, run
from cqrs_routing.serving.answering import response_of
from cqrs_routing.serving.candidate import CandidateServer
from cqrs_routing.serving.service import Service

logger = logging.getLogger("cqrs_routing.rehearsal")

STATEMENT_SECONDS, LOCK_SECONDS = 2.0, 0.5
"""Seconds that one statement of the handler may take, and may wait for a lock."""

RUN_SECONDS = 5.0
"""Seconds after which the handler may begin no further statement."""


@dataclass(frozen=True, kw_only=True)
class HandlerRun:
    """What the handler answered and changed, by alias; and how long it took."""

    answer: Answer
    recordings: Mapping[str, Recording]
    milliseconds: float


class Rehearsal:
    """One request of an endpoint in shadow. Whatever goes wrong in it, the legacy view serves as ever."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.aliases = sorted({router.db_for_write(model) for model in service.endpoint.tables})
        self.handler: Outcome[HandlerRun] | None = None
        self.obstacle = ""
        self.before: dict[str, str] = {}
        self.spans: dict[str, Span] = {}
        self.recorders: dict[str, Recorder] = {}
        self.recording = ExitStack()

    def rehearse(
        self,
        request: HttpRequest,
        candidates: CandidateServer,
        view: View,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> None:
        """Have the handler do it, and leave nothing; then begin to record what legacy does."""
        try:
            clone = copied(request)
            self.before = {alias: committed_now(alias) for alias in self.aliases}
            self.handler = run(
                partial(self.handle, partial(response_of, candidates, view, clone, args, kwargs)),
                statement_timeout=STATEMENT_SECONDS,
                lock_timeout=LOCK_SECONDS,
            )
            for alias in self.aliases:
                self.recorders[alias] = self.recording.enter_context(Recorder(alias))
        except NotCopied:
            self.obstacle = "the request's body is too large to be read twice, or was read before"
        except Exception as error:
            logger.exception("%s could not be rehearsed.", self.service.endpoint.name)
            self.obstacle = f"{type(error).__name__}: {error}"

    def handle(self, respond: Callable[[], HttpResponseBase]) -> HandlerRun:
        started = perf_counter()
        with ExitStack() as stack:
            recorders = {alias: stack.enter_context(Recorder(alias)) for alias in self.aliases}
            for alias in self.aliases:
                limit = limited(started + RUN_SECONDS)
                stack.enter_context(connections[alias].execute_wrapper(limit))
            answer = answer_of(respond)
            milliseconds = (perf_counter() - started) * 1000
        recordings = {alias: recorder.recording for alias, recorder in recorders.items()}
        return HandlerRun(answer=answer, recordings=recordings, milliseconds=milliseconds)

    def close(self) -> None:
        """The legacy view has done what it does."""
        try:
            self.recording.close()
            self.spans = {
                alias: Span(using=alias, before=before, after=committed_now(alias))
                for alias, before in self.before.items()
            }
        except Exception as error:
            logger.exception("What legacy wrote could not be recorded: %s.", self.service.endpoint.name)
            self.obstacle = f"{type(error).__name__}: {error}"

    def outcome(self, request: HttpRequest, response: HttpResponseBase) -> Rehearsed:
        """Everything that is to be compared, when the client has its answer."""
        asked = redacted_text(
            f"{request.method} {request.get_full_path()}", self.service.endpoint.rules.hides
        )
        rehearsed = partial(Rehearsed, service=self.service, request=asked)
        if self.obstacle or self.handler is None:
            return rehearsed(obstacle=self.obstacle)
        done, error = self.handler.result, self.handler.error
        if done is None:
            return rehearsed(obstacle=f"the handler could not be rehearsed: {type(error).__name__}: {error}")
        if not isinstance(response, HttpResponse):
            return rehearsed(obstacle="the answer streams")
        legacy = {alias: recorder.recording for alias, recorder in self.recorders.items()}
        return rehearsed(
            handler=done.answer,
            legacy=Answer.from_response(response),
            recordings={alias: (done.recordings[alias], legacy[alias]) for alias in self.aliases},
            spans=self.spans,
            effects=tuple(self.handler.effects),
            milliseconds=done.milliseconds,
        )


def limited(until: float) -> Callable[..., Any]:
    """An execute wrapper that refuses statements after a moment."""

    def execute(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if perf_counter() > until:
            raise OperationalError(f"the handler has taken longer than {RUN_SECONDS:g} s")
        return execute(sql, params, many, context)

    return execute


def answer_of(respond: Callable[[], Any]) -> Answer:
    """What a view answered, or the exception that it raised."""
    try:
        response = respond()
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
        return Answer.from_response(response)
    except OperationalError:
        # A limit of the sandbox's: nothing that the handler would have met.
        raise
    except Exception as error:  # noqa: BLE001  a finding
        return Answer.from_exception(error)
