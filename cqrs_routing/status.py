"""Every endpoint's status: its mode, who put it there, and which side answers now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import router

from cqrs_read.declaration.read_model import name_of
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.snapshot import state_in
from cqrs_routing.serving.decision import Side, decide
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
    since: datetime | None
    by: str
    reason: str
    side: Side
    obstacle: str
    """Why ``side`` is legacy although the mode says otherwise, in one line."""

    view: str
    read_models: list[str]


def endpoint_statuses() -> list[EndpointStatus]:
    """The status of every declared endpoint, in order of declaration."""
    rows = EndpointMode.objects.using(router.db_for_write(EndpointMode)).in_bulk()
    return [status_of(endpoints.get(name), rows.get(name)) for name in endpoints.names]


def status_of(endpoint: Endpoint, row: EndpointMode | None) -> EndpointStatus:
    row = row or EndpointMode(endpoint=endpoint.name, mode=Mode.LEGACY.value)
    state = state_in(endpoint.name, row.mode)
    return EndpointStatus(
        endpoint=endpoint.name,
        mode=row.mode,
        since=row.changed_at,
        by=row.changed_by,
        reason=row.reason,
        side=decide(state).side,
        obstacle=state.obstacle,
        view=endpoint.view_path,
        read_models=[name_of(model) for model in endpoint.read_models],
    )


def change_log_sizes() -> list[Size]:
    """How full the change log of every alias is that has one."""
    return [trimming.size(using) for using in settings().databases if changelog.exists(using)]
