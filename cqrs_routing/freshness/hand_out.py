"""Handing out: the token in the answer to whoever may have written."""

from __future__ import annotations

import logging

from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.standing.freshness import with_upstream
from cqrs_routing.conf import settings
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.freshness.brought import HEADER, brought
from cqrs_routing.modes.snapshot import modes
from cqrs_write.freshness import Token, mark

logger = logging.getLogger(__name__)

_failing = False


def hand_out(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give ``response``, to a request that may have written, a token: while some client is served by a read model.

    It covers what the request brought as well. Never raises; that no token can be had is logged once.
    """
    global _failing
    try:
        _refresh_modes()
        if modes.serves_reads:
            _hand_out(request, response)
        _failing = False
    except Exception:
        if not _failing:
            logger.warning(
                "No freshness token can be handed out: who writes may not see it at once. This is logged once "
                "until one can.",
                exc_info=True,
            )
        _failing = True


async def ahand_out(request: HttpRequest, response: HttpResponseBase) -> None:
    """The same in an event loop; where nobody needs a token it takes no thread."""
    if _is_due() or modes.serves_reads:
        await sync_to_async(hand_out)(request, response)


def _is_due() -> bool:
    # Unrouted requests do not read the modes by themselves.
    return bool(endpoints.routes) and modes.is_due()


def _refresh_modes() -> None:
    if _is_due():
        modes.refresh()


def _hand_out(request: HttpRequest, response: HttpResponseBase) -> None:
    aliases = [alias for alias in sources() if not _is_away(alias, response)]
    token = mark(aliases) | (brought(request).token or Token())
    if not token:
        return
    response[HEADER] = text = str(token)
    if settings().freshness_cookie and (request.COOKIES or response.cookies):
        response.set_cookie(
            settings().freshness_cookie,
            text,
            domain=django_settings.SESSION_COOKIE_DOMAIN,
            secure=django_settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def sources() -> list[str]:
    """The aliases with what those read models are computed from that serve somebody."""
    read_models: dict[type[ReadModel], None] = {}
    for endpoint in dict.fromkeys(endpoints.routes.values()):
        if endpoint.kind == "read" and modes.state_of(endpoint.name).mode.is_served_by_candidate:
            read_models.update(dict.fromkeys(endpoint.read_models))
    return list(dict.fromkeys(projection_of(model).using for model in with_upstream(read_models)))


def _is_away(alias: str, response: HttpResponseBase) -> bool:
    """Whether the answer may well be an error since the database is away: the client is not to wait for it again."""
    return response.status_code >= 500 and connections[alias].connection is None
