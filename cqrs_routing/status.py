"""Every endpoint's status: its mode, who put it there, and which side answers now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import router

from cqrs_read.declaration.read_model import name_of
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode, GuardVerdict
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import EndpointState, state_of
from cqrs_routing.serving.decision import Side
from cqrs_routing.switching.evidence import Evidence, evidence_of
from cqrs_write import changelog, trimming
from cqrs_write.conf import settings
from cqrs_write.trimming import Size

ALARMING = 0.5
"""The share of its cap above which a change log is worth a line of its own."""


@dataclass(frozen=True, kw_only=True)
class EndpointStatus:
    """One endpoint: its mode, since when, by whom and for what reason; and the side that answers now."""

    endpoint: str
    mode: str
    canary: str
    """Who is in, where the mode is a canary."""

    sample_percent: float
    promote_every: int | None
    since: datetime | None
    by: str
    reason: str
    side: Side | Literal["both"]
    obstacle: str
    """Why ``side`` is legacy although the mode says otherwise, in one line."""

    view: str
    read_models: list[str]
    guard: str
    """What the guard said last."""

    evidence: Evidence
    """What was seen since the endpoint is in its mode."""


def endpoint_statuses() -> list[EndpointStatus]:
    """The status of every declared endpoint, in order of declaration."""
    using = router.db_for_write(EndpointMode)
    rows = EndpointMode.objects.using(using).in_bulk()
    verdicts = GuardVerdict.objects.using(using).in_bulk()
    return [status_of(endpoints.get(name), rows.get(name), verdicts.get(name)) for name in endpoints.names]


def status_of(
    endpoint: Endpoint, row: EndpointMode | None, verdict: GuardVerdict | None = None
) -> EndpointStatus:
    row = row or EndpointMode(endpoint=endpoint.name, mode=Mode.LEGACY.value)
    state = state_of(endpoint, row)
    return EndpointStatus(
        endpoint=endpoint.name,
        mode=row.mode,
        canary=str(state.canary) if state.mode is Mode.CANARY else "",
        sample_percent=float(row.sample_percent),
        promote_every=row.promote_every,
        since=row.changed_at,
        by=row.changed_by,
        reason=row.reason,
        side=side_of(state),
        obstacle=state.obstacle,
        view=endpoint.view_path,
        read_models=[name_of(model) for model in endpoint.read_models],
        guard=said(verdict) if verdict and verdict.stint == row.stint else "",
        evidence=evidence_of(endpoint, row.changed_at, stint=row.stint),
    )


def side_of(state: EndpointState) -> Side | Literal["both"]:
    """Which side answers now."""
    if state.obstacle or not state.mode.is_served_by_candidate:
        return "legacy"
    return "both" if state.mode is Mode.CANARY else "cqrs"


def said(verdict: GuardVerdict) -> str:
    return f"{verdict.verdict}: {verdict.reason}" if verdict.reason else verdict.verdict


def change_log_sizes() -> list[Size]:
    """How full the change log of every alias is that has one."""
    return [trimming.size(using) for using in settings().databases if changelog.exists(using)]
