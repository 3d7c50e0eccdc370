"""Evidence: what is known of how both sides of an endpoint do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.exceptions import ProjectionError
from cqrs_read.lag import lag_seconds
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.traffic.counts import COMPARED, FALLBACK, INCONCLUSIVE, MISMATCHED, SHADOW, SHED
from cqrs_routing.traffic.totals import NOTHING, SideTotals, totals
from cqrs_write.conf import settings as write_settings
from cqrs_write.definition.registry import registry
from cqrs_write.models import LoggedCommand
from cqrs_write.state import State


@dataclass(frozen=True, kw_only=True)
class SideEvidence:
    """How one side answered; milliseconds are None where it answered nothing."""

    requests: int = 0
    errors: int = 0
    error_rate: float = 0.0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    fallbacks: int = 0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was seen since a moment.

    Attributes:
        shadow: the candidate's answers to compared requests, which no client got.
        inconclusive: comparisons without a result.
        shed: requests that were not compared since there was too much to do.
        lag_seconds: of the read model that is furthest behind, now.
        dead_commands: that died in that time.
    """

    since: datetime | None
    legacy: SideEvidence = field(default_factory=SideEvidence)
    cqrs: SideEvidence = field(default_factory=SideEvidence)
    shadow: SideEvidence = field(default_factory=SideEvidence)
    compared: int = 0
    mismatched: int = 0
    inconclusive: int = 0
    shed: int = 0
    lag_seconds: float = 0.0
    dead_commands: int = 0

    @property
    def mismatch_rate(self) -> float:
        return self.mismatched / self.compared if self.compared else 0.0

    @property
    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "since": self.since and self.since.isoformat()}


def evidence_of(
    endpoint: Endpoint, since: datetime | None, *, stint: int | None = None, window: bool = False
) -> Evidence:
    """What was seen of ``endpoint``.

    Args:
        since: the moment that deaths of commands count from.
        stint: only what belongs to one stint, as that which began at ``since``.
        window: whether requests count from ``since`` too.
    """
    moment = since.timestamp() if since and window else None
    return gathered(endpoint, totals(endpoint.name, since=moment, stint=stint), since)


def gathered(endpoint: Endpoint, sides: dict[str, SideTotals], since: datetime | None) -> Evidence:
    shadow = sides.get(SHADOW, NOTHING)
    return Evidence(
        since=since,
        legacy=side_evidence(sides.get("legacy", NOTHING)),
        cqrs=side_evidence(sides.get("cqrs", NOTHING)),
        shadow=side_evidence(shadow),
        compared=shadow.other(COMPARED),
        mismatched=shadow.other(MISMATCHED),
        inconclusive=shadow.other(INCONCLUSIVE),
        shed=shadow.other(SHED),
        lag_seconds=max(map(lag_of, endpoint.read_models), default=0.0),
        dead_commands=dead_commands(endpoint, since),
    )


def side_evidence(side: SideTotals) -> SideEvidence:
    return SideEvidence(
        requests=side.requests,
        errors=side.errors,
        error_rate=round(side.error_rate, 4),
        p50_ms=rounded(side.milliseconds(0.5)),
        p95_ms=rounded(side.milliseconds(0.95)),
        p99_ms=rounded(side.milliseconds(0.99)),
        fallbacks=side.other(FALLBACK),
    )


def lag_of(read_model: type[ReadModel]) -> float:
    """In seconds; of one whose declaration is refused there is nothing to tell, and legacy serves."""
    try:
        return lag_seconds(read_model)
    except ProjectionError:
        return 0.0


def dead_commands(endpoint: Endpoint, since: datetime | None) -> int:
    """The commands of a writing candidate that have died since then, and are not yet seen to."""
    names = set(command_names(endpoint))
    handlers = [handler for handler in registry if handler.name in names]
    dead = LoggedCommand.objects.filter(state=State.DEAD, finished_at__gte=since or timezone.now())
    return sum(
        dead.using(using).filter(queue=handler.queue, name=handler.name).count()
        for using in write_settings().databases
        for handler in handlers
    )


def command_names(endpoint: Endpoint) -> Iterable[str]:
    """The command that the candidate's view hands in, if it is one of the toolkit's views."""
    view_class = getattr(endpoint.view, "cls", None)
    command_class = getattr(view_class, "command_class", None)
    return [registry.of(command_class).name] if command_class else []


def rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 2)
