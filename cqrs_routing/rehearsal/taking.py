"""Taking part in rehearsals: which requests do, and what their middleware has to do about it."""

from __future__ import annotations

from functools import partial
from random import random

from django.http import HttpRequest, HttpResponseBase

from cqrs_routing.conf import settings
from cqrs_routing.modes.mode import Mode
from cqrs_routing.rehearsal.outcome import conclude
from cqrs_routing.rehearsal.rehearsal import Rehearsal
from cqrs_routing.serving.load import load
from cqrs_routing.serving.service import Service
from cqrs_routing.traffic.counts import SHADOW, SHED, counts

REHEARSAL = "_cqrs_routing_rehearsal"
"""The attribute of a request that is rehearsed, with its :class:`Rehearsal`."""


def is_rehearsed(service: Service) -> bool:
    """Whether the handler is to do, before the legacy view does, what this request asks for."""
    if not is_sampled(service):
        return False
    if load.share > settings().shadow_max_load:
        counts.add(service.endpoint.name, service.state.stint, SHADOW, SHED)
        return False
    return True


def is_sampled(service: Service) -> bool:
    state = service.state
    return (
        state.mode is Mode.SHADOW
        and service.endpoint.kind == "write"
        and bool(service.endpoint.tables)
        and state.sampled > 0
        and (state.sampled >= 1 or random() < state.sampled)
    )


def begin_rehearsal(request: HttpRequest, service: Service) -> Rehearsal:
    rehearsal = Rehearsal(service)
    setattr(request, REHEARSAL, rehearsal)
    return rehearsal


def end_rehearsal(request: HttpRequest, response: HttpResponseBase) -> None:
    """The legacy view has answered: record no more, and compare when the client has the answer."""
    rehearsal: Rehearsal | None = getattr(request, REHEARSAL, None)
    if rehearsal is not None:
        rehearsal.close()
        closers = response._resource_closers  # type: ignore[attr-defined]  # what Django calls when all is sent
        closers.append(partial(conclude, rehearsal.outcome(request, response)))


def abandon_rehearsal(request: HttpRequest) -> None:
    """The server is going down, or the client is gone: record no more."""
    rehearsal: Rehearsal | None = getattr(request, REHEARSAL, None)
    if rehearsal is not None:
        rehearsal.close()
