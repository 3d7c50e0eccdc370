"""Promotion: an endpoint's next step towards the new side, and the same by schedule."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import router
from django.utils import timezone

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import GateClosed, TransitionRefused
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import canary_of
from cqrs_routing.switching.switch import Setting, Switched, steps, switch

logger = logging.getLogger("cqrs_routing.promotion")

SCHEDULE = "schedule"
"""Who promotes by schedule, for the history."""


def promote(
    endpoint: str,
    *,
    by: str,
    reason: str = "",
    force: bool = False,
    dry_run: bool = False,
    every: int | None = None,
) -> Switched:
    """Take the next step: compare; then a canary of each percentage in ``CANARY_STEPS``; then everything.

    Args:
        every: minutes after which the next steps are taken by themselves, while the gate holds; 0 for by hand.
        Others as for :func:`~cqrs_routing.switching.switch.switch`.

    Raises:
        TransitionRefused: there is no further step, or it cannot be taken now.
        GateClosed: the evidence is not enough.
    """
    endpoints.get(endpoint)
    row = EndpointMode.objects.using(router.db_for_write(EndpointMode)).filter(pk=endpoint).first()
    setting = replace(next_step(row or EndpointMode(pk=endpoint)), promote_every=every)
    return switch(endpoint, setting, by=by, reason=reason, force=force, dry_run=dry_run)


def next_step(row: EndpointMode) -> Setting:
    """What follows what ``row`` says.

    Raises:
        TransitionRefused: nothing does.
    """
    mode = Mode(row.mode) if row.mode in Mode.values else Mode.LEGACY
    if mode is Mode.CQRS:
        raise TransitionRefused(f"{row.pk} is in cqrs: there is no further step.")
    if mode is Mode.CANARY and (greater := [step for step in steps() if step > row.percent]):
        return Setting(mode=Mode.CANARY, canary=replace(canary_of(row), percent=greater[0]))
    return Setting(mode=mode.next)


def promote_scheduled(now: datetime | None = None) -> list[Switched]:
    """Promote every endpoint whose schedule says so and whose gate holds; the others are tried again next time."""
    now = now or timezone.now()
    rows = EndpointMode.objects.using(router.db_for_write(EndpointMode)).exclude(promote_every=None)
    return [switched for row in rows if is_due(row, now) and (switched := promoted(row))]


def is_due(row: EndpointMode, now: datetime) -> bool:
    every = timedelta(minutes=row.promote_every or 0)
    return row.pk in endpoints.names and row.changed_at is not None and row.changed_at + every <= now


def promoted(row: EndpointMode) -> Switched | None:
    try:
        return promote(row.pk, by=SCHEDULE, reason=f"every {row.promote_every} minutes while the gate holds")
    except GateClosed as error:
        logger.info("Not yet: %s", error)
    except TransitionRefused as error:
        logger.warning("%s", error)
    return None
