"""Settings of the routing side: the ``CQRS_ROUTING`` dictionary, typed."""

from dataclasses import dataclass, field

from cqrs_routing.declaration.gate import Gate
from cqrs_routing.declaration.guard import Guard
from cqrs_write.conf import typed


@dataclass(frozen=True, kw_only=True)
class RoutingSettings:
    """Keys of ``CQRS_ROUTING`` (upper case there), with their defaults."""

    response_headers: bool = False
    """Tell in a ``Server-Timing`` header which side served a routed request, its queries and milliseconds."""

    gate: Gate = field(default_factory=Gate)
    """What a promotion needs, where the endpoint's declaration does not say otherwise."""

    guard: Guard = field(default_factory=Guard)
    """When an endpoint is taken back to legacy, where its declaration does not say otherwise."""

    shadow_queue: str = "cqrs_shadow"
    """Celery queue of what is to be compared: for a worker of its own, which has time."""

    shadow_queue_limit: int = 200
    """Requests that wait there at most; further ones are not compared."""

    shadow_max_load: float = 0.7
    """The share of its time within requests, from 0 to 1, above which a process has nothing compared."""

    canary_steps: tuple[float, ...] = (5, 25)
    """Percentages that promotions lead a canary through before the new side answers everything."""

    traffic_days: int = 35
    """Days for which it is kept how many requests each side has answered, by the hour."""

    freshness_wait: float = 0.2
    """Seconds that a read waits at most for a refresh of what its freshness token covers, before legacy answers it."""

    freshness_cookie: str = "cqrs_freshness"
    """Name of the cookie in which browsers keep their freshness token; empty for none."""


settings = typed("CQRS_ROUTING", RoutingSettings)
