"""The check: whether a read may be served by read models, given the token that it has brought."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from cqrs_read.refresh.waiting import Freshness, await_until_fresh, wait_until_fresh
from cqrs_routing.conf import settings
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.freshness.brought import State, brought
from cqrs_routing.freshness.events import FOREIGN, FORGED, TIMEOUT, WAITED, note
from cqrs_write.cli import one_line
from cqrs_write.freshness import Token

logger = logging.getLogger(__name__)

_troubled: set[str] = set()
"""The endpoints of which the last check has failed."""


def reason_not_fresh(request: HttpRequest, endpoint: Endpoint) -> str:
    """Why the candidate of ``endpoint`` would show ``request`` older data than its token allows; empty if not.

    Waits for a refresh, for the endpoint's ``freshness_wait`` seconds at most. Never raises.
    """
    try:
        if (token := token_to_meet(request, endpoint)) is None:
            return ""
        return noted(request, endpoint, wait_until_fresh(endpoint.read_models, token, seconds_of(endpoint)))
    except Exception as error:  # noqa: BLE001  told to the log, and legacy is always right
        return unknown(endpoint, error)


async def areason_not_fresh(request: HttpRequest, endpoint: Endpoint) -> str:
    """The same in an event loop; without a token it takes no thread."""
    try:
        if (token := token_to_meet(request, endpoint)) is None:
            return ""
        found = await await_until_fresh(endpoint.read_models, token, seconds_of(endpoint))
        return noted(request, endpoint, found)
    except Exception as error:  # noqa: BLE001  told to the log, and legacy is always right
        return unknown(endpoint, error)


def token_to_meet(request: HttpRequest, endpoint: Endpoint) -> Token | None:
    """The token of ``request``, if the endpoint reads read models and the token is ours."""
    if not endpoint.read_models:
        return None
    came = brought(request)
    if came.state is State.FORGED:
        note(request, FORGED)
    return came.token


def seconds_of(endpoint: Endpoint) -> float:
    own = endpoint.freshness_wait
    return settings().freshness_wait if own is None else own


def noted(request: HttpRequest, endpoint: Endpoint, found: Freshness) -> str:
    _troubled.discard(endpoint.name)
    if found.foreign:
        note(request, FOREIGN)
    if found.waited_seconds is not None:
        note(request, TIMEOUT if found.timed_out else WAITED)
    return found.reason


def unknown(endpoint: Endpoint, error: Exception) -> str:
    """That it cannot be told, which is reason enough: legacy is always right. Logged once until it can be."""
    if endpoint.name not in _troubled:
        _troubled.add(endpoint.name)
        logger.warning("%s: cannot tell whether its read models are fresh.", endpoint.name, exc_info=error)
    return f"cannot tell whether its read models are fresh: {one_line(error)}"
