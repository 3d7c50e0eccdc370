"""Readiness: whether an endpoint has been served by its candidate alone for long enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import router
from django.utils import timezone

from cqrs_routing.conf import settings
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.exceptions import RoutingError
from cqrs_routing.models import EndpointMode, ModeChange, TrafficCount
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import obstacle
from cqrs_routing.traffic.counts import FALLBACK
from cqrs_routing.traffic.rollup import HOUR
from cqrs_routing.traffic.totals import totals


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What is known of the last days of an endpoint.

    Attributes:
        since: when it went to ``cqrs``; None in another mode.
        days: for how many it must have been there, without legacy.
        counted_since: when counting of traffic began, or how far back its counts are kept; None without any.
        legacy_requests: answered by legacy within these days, fallbacks among them.
        cqrs_requests: answered by the candidate in that time.
        reasons: why it may not be retired yet, a line each.
    """

    endpoint: str
    mode: str
    since: datetime | None
    days: int
    counted_since: datetime | None
    legacy_requests: int
    fallbacks: int
    cqrs_requests: int
    reasons: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.reasons


class Answered(NamedTuple):
    """Who has answered within the days."""

    legacy: int
    fallbacks: int
    cqrs: int


def refuse_days(days: int) -> None:
    """Raise RoutingError for days of which nothing is known."""
    if days < 1:
        raise RoutingError(f"--days is 1 or more, {days} is not.")
    if days > settings().traffic_days:
        raise RoutingError(
            f"Traffic is kept for {settings().traffic_days} days, so nothing is known of {days}: ask for fewer, "
            "or set TRAFFIC_DAYS in CQRS_ROUTING higher and wait."
        )


def readiness_of(endpoint: Endpoint, *, days: int, now: datetime | None = None) -> Readiness:
    """Whether ``endpoint`` may be retired, by what was counted in the last ``days``.

    Raises:
        RoutingError: for fewer days than 1, or more than counts are kept for.
    """
    refuse_days(days)
    due = (now or timezone.now()) - timedelta(days=days)
    row = EndpointMode.objects.using(router.db_for_write(EndpointMode)).filter(pk=endpoint.name).first()
    mode = row.mode if row else Mode.LEGACY.value
    since = in_cqrs_since(row) if row and mode == Mode.CQRS else None
    counted, answered = counted_since(), answered_since(endpoint, max(beginning(due), since or due))
    return Readiness(
        endpoint=endpoint.name,
        mode=mode,
        since=since,
        days=days,
        counted_since=counted,
        legacy_requests=answered.legacy,
        fallbacks=answered.fallbacks,
        cqrs_requests=answered.cqrs,
        reasons=tuple(
            [*lateness(since, due, days), *ignorance(counted, due, days), *doubts(endpoint, answered)]
            if mode == Mode.CQRS
            else [f"it is in {mode}"]
        ),
    )


def beginning(moment: datetime) -> datetime:
    """The hour that ``moment`` lies in, since older counts are kept by the hour."""
    return datetime.fromtimestamp(moment.timestamp() // HOUR * HOUR, UTC)


def in_cqrs_since(row: EndpointMode) -> datetime | None:
    """When it went there from another mode: the row's own moment is that of its last change, of whatever kind."""
    changes = ModeChange.objects.using(row._state.db).filter(endpoint=row.pk, new=Mode.CQRS)
    arrival = changes.exclude(old=Mode.CQRS).values_list("at", flat=True).first()
    return arrival or row.changed_at


def counted_since() -> datetime | None:
    """The oldest count of any endpoint: before it, nothing was counted, or it is kept no longer."""
    counts = TrafficCount.objects.using(router.db_for_write(TrafficCount))
    slot = counts.order_by("slot").values_list("slot", flat=True).first()
    return None if slot is None else datetime.fromtimestamp(slot, UTC)


def answered_since(endpoint: Endpoint, begin: datetime) -> Answered:
    sides = totals(endpoint.name, since=begin.timestamp())
    legacy, cqrs = sides["legacy"], sides["cqrs"]
    return Answered(legacy.requests, legacy.other(FALLBACK), cqrs.requests)


def lateness(since: datetime | None, due: datetime, days: int) -> Iterator[str]:
    if since is None:
        yield "it is not known since when it is in cqrs"
    elif since > due:
        over = since + timedelta(days=days)
        yield f"it is in cqrs since {shown(since)} only: {days} days are over on {shown(over)}"


def ignorance(counted: datetime | None, due: datetime, days: int) -> Iterator[str]:
    if counted is None or counted > due:
        known = f"is counted since {shown(counted)} only" if counted else "was never counted"
        yield f"not known yet: traffic {known}, and {days} days are needed"


def doubts(endpoint: Endpoint, answered: Answered) -> Iterator[str]:
    if answered.legacy:
        fallbacks = f", {answered.fallbacks} of them as fallbacks" if answered.fallbacks else ""
        yield f"legacy has answered {answered.legacy} of its requests in that time{fallbacks}"
    if reason := obstacle(endpoint):
        yield f"the candidate cannot serve now: {reason}"


def shown(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
