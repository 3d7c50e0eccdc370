"""The switch: the one function that changes an endpoint's mode."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from django.db import DatabaseError, router, transaction
from django.utils import timezone

from cqrs_routing.conf import settings
from cqrs_routing.declaration.arguments import reason_not_callable
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import GateClosed, TransitionRefused
from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import TRANSITIONS, Mode, named_mode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.modes.state import canary_of, obstacle
from cqrs_routing.rehearsal.obstacle import reason_not_to_rehearse
from cqrs_routing.signals import mode_changed
from cqrs_routing.switching.evidence import Evidence, evidence_of
from cqrs_routing.switching.gate import gate_of, shortcomings
from cqrs_write.aside import asking

logger = logging.getLogger("cqrs_routing.modes")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a person can set of an endpoint. What is None stays as it is."""

    mode: Mode
    canary: Canary | None = None
    sample_percent: Decimal | None = None
    promote_every: int | None = None
    """Minutes; 0 for by hand only."""

    recount: bool = False
    """Throw the evidence away, as when the candidate was corrected."""


@dataclass(frozen=True, kw_only=True)
class Switched:
    """What :func:`switch` did, or would do; ``lacking`` is what the gate misses where it was forced."""

    endpoint: str
    old: Mode
    new: Mode
    old_canary: Canary
    new_canary: Canary
    changed: bool
    evidence: Evidence
    lacking: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"from {described(self.old, self.old_canary)} to {described(self.new, self.new_canary)}"


def described(mode: Mode, canary: Canary) -> str:
    return f"{mode.value} ({canary})" if mode is Mode.CANARY else mode.value


def set_mode(
    endpoint: str, mode: str, *, by: str, reason: str = "", force: bool = False, dry_run: bool = False
) -> Switched:
    """Put ``endpoint`` in ``mode``, as :func:`switch` does."""
    setting = Setting(mode=named_mode(mode))
    return switch(endpoint, setting, by=by, reason=reason, force=force, dry_run=dry_run)


def switch(
    endpoint: str, setting: Setting, *, by: str, reason: str = "", force: bool = False, dry_run: bool = False
) -> Switched:
    """Do to ``endpoint`` what ``setting`` says: at once in this process, within one second in every other.

    Args:
        endpoint: its name, ``GET orders:order-list``.
        by: who does it, for the history.
        reason: why, for the history.
        force: without the evidence that the gate asks for, and over steps in between; needs a reason.
        dry_run: find out whether it can be done, and do nothing.

    Raises:
        UnknownName: no such endpoint.
        TransitionRefused: not from the mode it is in, or not now.
        GateClosed: the evidence is not enough.
    """
    declared = endpoints.get(endpoint)
    if force and not reason.strip():
        raise TransitionRefused("Who forces a change of mode gives a reason for it.")
    alias = router.db_for_write(EndpointMode)
    rows = EndpointMode.objects.using(alias)
    if dry_run:
        return planned(
            declared, rows.filter(pk=endpoint).first() or EndpointMode(pk=endpoint), setting, force
        )
    with transaction.atomic(using=alias):
        row, _ = rows.select_for_update().get_or_create(pk=endpoint)
        switched = planned(declared, row, setting, force)
        if switched.changed:
            change = record(switched, row, setting, by=by, reason=reason)
            modes.expire(unsettled=True)
            transaction.on_commit(partial(committed, change), using=alias)
    return switched


def recount(endpoint: str, *, by: str, reason: str = "", dry_run: bool = False) -> Switched:
    """Leave ``endpoint`` in its mode, and begin to gather evidence anew."""
    row = EndpointMode.objects.using(router.db_for_write(EndpointMode)).filter(pk=endpoint).first()
    mode = named_mode(row.mode) if row else Mode.LEGACY
    return switch(endpoint, Setting(mode=mode, recount=True), by=by, reason=reason, dry_run=dry_run)


def committed(change: ModeChange) -> None:
    modes.settle()
    mode_changed.send_robust(EndpointMode, change=change)


def planned(endpoint: Endpoint, row: EndpointMode, setting: Setting, force: bool) -> Switched:
    old, was = Mode(row.mode) if row.mode in Mode.values else Mode.LEGACY, canary_of(row)
    canary = setting.canary or (default_canary(old, was) if setting.mode is Mode.CANARY else was)
    switched = Switched(
        endpoint=endpoint.name,
        old=old,
        new=setting.mode,
        old_canary=was,
        new_canary=canary,
        changed=is_change(row, setting, canary),
        evidence=evidence_for(endpoint, row, setting.mode),
    )
    if not switched.changed:
        return switched
    refuse_impossible(endpoint, switched, force)
    lacking = tuple(lacking_evidence(endpoint, switched))
    if lacking and not force:
        raise GateClosed(f"{refusal(switched)}: {'; '.join(lacking)}.")
    return replace(switched, lacking=lacking)


def evidence_for(endpoint: Endpoint, row: EndpointMode, target: Mode) -> Evidence:
    """What was seen since the endpoint is in its mode. Back to legacy it goes without, if that cannot be told."""
    try:
        with asking(router.db_for_write(EndpointMode)):
            return evidence_of(endpoint, row.changed_at, stint=row.stint)
    except DatabaseError:
        if target is not Mode.LEGACY:
            raise
        logger.warning("%s goes back to legacy without evidence.", endpoint.name, exc_info=True)
        return Evidence(since=row.changed_at)


def default_canary(mode: Mode, was: Canary) -> Canary:
    """Who is in where nobody said so: as before within a canary, else the first step's share."""
    if mode is Mode.CANARY:
        return was
    return replace(was, percent=steps()[0])


def steps() -> list[Decimal]:
    """The percentages that promotions lead a canary through."""
    return sorted(Decimal(str(step)) for step in settings().canary_steps)


def is_change(row: EndpointMode, setting: Setting, canary: Canary) -> bool:
    return (
        row.mode != setting.mode
        or setting.recount
        or (setting.mode is Mode.CANARY and canary != canary_of(row))
        or setting.sample_percent not in (None, row.sample_percent)
        or setting.promote_every not in (None, row.promote_every or 0)
    )


def refuse_impossible(endpoint: Endpoint, switched: Switched, force: bool) -> None:
    old, new = switched.old, switched.new
    if old is not new and (old, new) not in TRANSITIONS and not force:
        reachable = [after.value for before, after in TRANSITIONS if before is old]
        raise TransitionRefused(f"{refusal(switched)}. From there it can go to: {', '.join(reachable)}.")
    if reason := reason_against(endpoint, new):
        raise TransitionRefused(f"{refusal(switched)}: {reason}")


def reason_against(endpoint: Endpoint, mode: Mode) -> str:
    """Why ``endpoint`` cannot be in ``mode`` now; empty where it can."""
    if mode is not Mode.LEGACY and (reason := reason_not_callable(endpoint)):
        return reason
    if mode is Mode.SHADOW and endpoint.kind == "write":
        return reason_not_to_rehearse(endpoint)
    return obstacle(endpoint) if mode.is_served_by_candidate else ""


def lacking_evidence(endpoint: Endpoint, switched: Switched) -> list[str]:
    """What the gate misses, where the change is one that it guards: the new side answers more than before."""
    if not switched.new.is_served_by_candidate or share(switched.new, switched.new_canary) <= share(
        switched.old, switched.old_canary
    ):
        return []
    return shortcomings(switched.evidence, gate_of(endpoint), switched.old)


def share(mode: Mode, canary: Canary) -> Decimal:
    """The percentage of the requests that the new side answers; a canary has some even where it has no share."""
    if mode is Mode.CANARY:
        return canary.percent
    return Decimal(100) if mode is Mode.CQRS else Decimal(-1)


def refusal(switched: Switched) -> str:
    return f"{switched.endpoint} cannot go {switched}"


def record(switched: Switched, row: EndpointMode, setting: Setting, *, by: str, reason: str) -> ModeChange:
    """Write the row and the history in the caller's transaction, on the alias of ``row``."""
    canary, now = switched.new_canary, timezone.now()
    row.mode, row.stint = switched.new, row.stint + 1
    row.percent, row.header = canary.percent, canary.header
    row.users, row.groups = list(canary.users), list(canary.groups)
    if setting.sample_percent is not None:
        row.sample_percent = setting.sample_percent
    if setting.promote_every is not None:
        row.promote_every = setting.promote_every or None
    if switched.new in (Mode.LEGACY, Mode.CQRS):
        row.promote_every = None
    row.changed_at, row.changed_by, row.reason = now, by, reason
    row.save()
    return ModeChange.objects.using(row._state.db).create(
        endpoint=switched.endpoint,
        old=switched.old,
        new=switched.new,
        at=now,
        by=by,
        reason=reason,
        canary=canary.as_json if switched.new is Mode.CANARY else {},
        forced=bool(switched.lacking) or (switched.old, switched.new) not in TRANSITIONS,
        evidence=switched.evidence.as_json,
    )
