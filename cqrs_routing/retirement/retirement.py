"""A retirement: whether the legacy side of an endpoint may be deleted, what of it, and what stands in the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from cqrs_routing.declaration.endpoint import Endpoint, Route
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.retirement.caution import hindrances, other_cautions, view_cautions
from cqrs_routing.retirement.database import StayingTable, Triggers, staying_tables, unneeded_triggers
from cqrs_routing.retirement.legacy import Need, legacy_views
from cqrs_routing.retirement.part import Part
from cqrs_routing.retirement.parts import parts_of
from cqrs_routing.retirement.pattern import Pattern, patterns_of, reversals
from cqrs_routing.retirement.readiness import Readiness, readiness_of
from cqrs_routing.retirement.use import Uses

DAYS = 14
"""Days without legacy that a retirement takes, if nobody says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Retirement:
    """What is known before somebody deletes anything. The toolkit deletes nothing of it.

    Attributes:
        readiness: of the endpoint.
        reasons: why it may not be retired yet, a line each; those of the readiness among them.
        cautions: what a person has to make sure of.
        goes: parts that nothing needs when the endpoint is retired, be it ready or not.
        held: parts that something needs even then.
        patterns: the URL patterns with the endpoint's name.
        reversed_in: where the project makes a URL of that name.
        triggers: that the database does not need any more.
        tables: of the monolith that stay.
    """

    endpoint: str
    readiness: Readiness
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    goes: tuple[Part, ...]
    held: tuple[Part, ...]
    patterns: tuple[Pattern, ...]
    reversed_in: tuple[str, ...]
    triggers: tuple[Triggers, ...]
    tables: tuple[StayingTable, ...]

    @property
    def is_ready(self) -> bool:
        return not self.reasons

    @property
    def as_json(self) -> dict[str, Any]:
        return {"endpoint": self.endpoint, "ready": self.is_ready, **asdict(self)}


def retirement_of(name: str, *, days: int = DAYS) -> Retirement:
    """Look at the endpoint called ``name``, at the project's code, and at the database.

    It reads every file of the project that could matter, which takes some seconds of a large one.

    Args:
        days: for how many it must have been in ``cqrs``, with nothing answered by legacy.

    Raises:
        UnknownName: when no such endpoint is declared.
        RoutingError: when nothing is known of that many days, or there is no legacy view any more.
    """
    endpoint = endpoints.get(name)
    readiness, need = readiness_of(endpoint, days=days), needs(endpoint, days)
    views = legacy_views(endpoint, need)
    uses = Uses()  # Only now is every module loaded that the URL patterns need.
    parts = parts_of(views, endpoint.route, uses)
    patterns = tuple(one for view in views for one in patterns_of(view, endpoint, need, uses))
    return Retirement(
        endpoint=name,
        readiness=readiness,
        reasons=(*readiness.reasons, *hindrances(views, endpoint)),
        cautions=(*view_cautions(views, endpoint), *other_cautions(endpoint, readiness, patterns)),
        goes=tuple(part for part in parts if part.goes),
        held=tuple(part for part in parts if not part.goes),
        patterns=patterns,
        reversed_in=tuple(reversals(endpoint.route.view_name, uses)),
        triggers=tuple(unneeded_triggers(endpoint)),
        tables=tuple(staying_tables(endpoint)),
    )


def needs(retired: Endpoint, days: int) -> Need:
    """Why legacy is needed for a route, were ``retired`` gone: the route has no endpoint, or one that is not ready.

    Each is looked at once.
    """
    known: dict[Route, str] = {retired.route: ""}

    def need(route: Route) -> str:
        if route not in known:
            endpoint = endpoints.routes.get(route)
            known[route] = (
                "; ".join(readiness_of(endpoint, days=days).reasons)
                if endpoint
                else "no endpoint is declared for it"
            )
        return known[route]

    return need
