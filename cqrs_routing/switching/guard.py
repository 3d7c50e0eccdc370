"""The guard: what takes an endpoint back to legacy by itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import router
from django.utils import timezone

from cqrs_routing.conf import settings
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.guard import Guard
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import RoutingError
from cqrs_routing.models import EndpointMode, GuardVerdict, ModeChange
from cqrs_routing.modes.mode import Mode
from cqrs_routing.signals import taken_back
from cqrs_routing.switching.evidence import Evidence, evidence_of
from cqrs_routing.switching.switch import set_mode
from cqrs_routing.switching.verdict import Verdict, verdict

logger = logging.getLogger("cqrs_routing.guard")

GUARD = "guard"
"""Who takes endpoints back, for the history."""

BASELINE = timedelta(days=7)
"""How far it is looked back for how legacy did, where the window has too little of it."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One endpoint as the guard saw it."""

    endpoint: str
    finding: str
    reason: str
    failures: int
    taken_back: bool


def watch() -> list[Watched]:
    """Look at every endpoint whose new side answers somebody; take back what has failed too often in a row."""
    rows = EndpointMode.objects.using(router.db_for_write(EndpointMode))
    served = rows.filter(mode__in=[mode for mode in Mode if mode.is_served_by_candidate])
    return [watch_one(endpoints.get(row.pk), row) for row in served if row.pk in endpoints.names]


def guard_of(endpoint: Endpoint) -> Guard:
    return endpoint.guard or settings().guard


def watch_one(endpoint: Endpoint, row: EndpointMode) -> Watched:
    guard = guard_of(endpoint)
    found = verdict(seen(endpoint, row, guard), guard)
    failures = remember(endpoint, row, found)
    back = found.is_failure and failures > guard.failures and take_back(endpoint, found)
    return Watched(
        endpoint=endpoint.name,
        finding=found.finding.value,
        reason=found.reason,
        failures=failures,
        taken_back=back,
    )


def seen(endpoint: Endpoint, row: EndpointMode, guard: Guard) -> Evidence:
    """The window, but no further back than the mode; with what is known of legacy from before it where it has
    little of that.
    """
    now = timezone.now()
    since = max(now - timedelta(seconds=guard.window_seconds), row.changed_at or now)
    evidence = evidence_of(endpoint, since, stint=row.stint, window=True)
    if evidence.legacy.requests >= guard.requests:
        return evidence
    return replace(evidence, legacy=evidence_of(endpoint, now - BASELINE, window=True).legacy)


def remember(endpoint: Endpoint, row: EndpointMode, found: Verdict) -> int:
    """Store the verdict; return the failures in a row, of this stint."""
    verdicts = GuardVerdict.objects.using(row._state.db)
    before = (
        verdicts.filter(pk=endpoint.name, stint=row.stint).values_list("failures", flat=True).first() or 0
    )
    failures = before + 1 if found.is_failure else 0
    known = {"stint": row.stint, "verdict": found.finding, "reason": found.reason, "failures": failures}
    verdicts.update_or_create(pk=endpoint.name, defaults={**known, "at": timezone.now()})
    return failures


def take_back(endpoint: Endpoint, found: Verdict) -> bool:
    """Put ``endpoint`` in legacy, and tell everybody."""
    try:
        switched = set_mode(endpoint.name, Mode.LEGACY, by=GUARD, reason=found.reason)
    except RoutingError as error:
        logger.error("%s could not be taken back: %s", endpoint.name, error)
        return False
    if switched.changed:
        logger.error("%s is taken back to legacy: %s", endpoint.name, found.reason)
        rows = ModeChange.objects.using(router.db_for_write(ModeChange))
        taken_back.send_robust(EndpointMode, change=rows.filter(endpoint=endpoint.name).first())
    return switched.changed
