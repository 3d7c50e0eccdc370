"""What happened with the token of a request, to be counted: names of metrics, kept on the request."""

from __future__ import annotations

from django.http import HttpRequest

WAITED, TIMEOUT, FORGED, FOREIGN = (
    "freshness_waited",
    "freshness_timeout",
    "freshness_forged",
    "freshness_foreign",
)
"""The metrics of reads that a refresh was waited for, in time and in vain, and of tokens that are nobody's, or of
another database."""

EVENTS = "_cqrs_freshness_events"
"""The attribute of a request that holds them."""


def note(request: HttpRequest, event: str) -> None:
    setattr(request, EVENTS, (*events(request), event))


def events(request: HttpRequest) -> tuple[str, ...]:
    """What is to be counted of ``request``; nothing for most."""
    found: tuple[str, ...] = getattr(request, EVENTS, ())
    return found
