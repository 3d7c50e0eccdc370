"""Taking samples: which requests are compared, decided when they are answered."""

from __future__ import annotations

import logging
from functools import partial
from random import random

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from cqrs_routing.comparison.answer import Answer
from cqrs_routing.conf import settings
from cqrs_routing.modes.state import is_compared
from cqrs_routing.serving.load import load
from cqrs_routing.serving.service import Service
from cqrs_routing.shadow import sending
from cqrs_routing.shadow.sample import Surroundings, sample_of
from cqrs_routing.traffic.counts import SHADOW, SHED, counts

logger = logging.getLogger("cqrs_routing.shadow")


def is_sampled(request: HttpRequest, service: Service) -> bool:
    """Whether this request that legacy answers is to be compared."""
    state = service.state
    return (
        is_compared(state)
        and service.decision.side == "legacy"
        and service.endpoint.kind == "read"
        and request.method == "GET"
        and (state.sampled >= 1 or random() < state.sampled)
    )


def take(request: HttpRequest, response: HttpResponseBase, service: Service) -> None:
    """Have the request compared, once its client has the answer."""
    if load.share > settings().shadow_max_load:
        shed(service)
        return
    # Other middleware may change the response on its way out, as by compressing it.
    answer = Answer.from_response(response) if isinstance(response, HttpResponse) else None
    closers = response._resource_closers  # type: ignore[attr-defined]  # what Django calls when all is sent
    closers.append(partial(send, request, answer, service, Surroundings.now()))


def send(request: HttpRequest, legacy: Answer | None, service: Service, surroundings: Surroundings) -> None:
    try:
        sending.sender.send(sample_of(request, legacy, service, surroundings))
    except Exception:
        shed(service)
        logger.exception("%s: a request could not be sampled.", service.endpoint.name)


def shed(service: Service) -> None:
    counts.add(service.endpoint.name, service.state.stint, SHADOW, SHED)
