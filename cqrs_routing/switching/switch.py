"""The switch: the one function that changes an endpoint's mode."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import router, transaction
from django.utils import timezone

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import TransitionRefused
from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.modes.mode import TRANSITIONS, Mode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.modes.state import obstacle
from cqrs_write.exceptions import UnknownName


@dataclass(frozen=True, kw_only=True)
class Switched:
    """What :func:`set_mode` did, or would do."""

    endpoint: str
    old: Mode
    new: Mode

    @property
    def changed(self) -> bool:
        return self.old is not self.new


def set_mode(endpoint: str, mode: str, *, by: str, reason: str = "", dry_run: bool = False) -> Switched:
    """Put ``endpoint`` in ``mode``: at once in this process, within one second in every other.

    Args:
        endpoint: its name, ``GET orders:order-list``.
        mode: a value of :class:`~cqrs_routing.modes.mode.Mode`.
        by: who does it, for the history.
        reason: why, for the history.
        dry_run: find out whether it can be done, and do nothing.

    Raises:
        UnknownName: no such endpoint, or no such mode.
        TransitionRefused: not from the mode it is in, or not now.
    """
    declared, target = endpoints.get(endpoint), named_mode(mode)
    alias = router.db_for_write(EndpointMode)
    if dry_run:
        return planned(declared, EndpointMode.objects.using(alias).filter(pk=endpoint).first(), target)
    with transaction.atomic(using=alias):
        row, _ = EndpointMode.objects.using(alias).select_for_update().get_or_create(pk=endpoint)
        switched = planned(declared, row, target)
        if switched.changed:
            record(switched, row, by=by, reason=reason)
            modes.expire(unsettled=True)
            transaction.on_commit(modes.settle, using=alias)
    return switched


def named_mode(mode: str) -> Mode:
    if mode not in Mode.values:
        raise UnknownName("mode", mode, list(Mode.values))
    return Mode(mode)


def planned(endpoint: Endpoint, row: EndpointMode | None, target: Mode) -> Switched:
    old = Mode(row.mode) if row else Mode.LEGACY
    switched = Switched(endpoint=endpoint.name, old=old, new=target)
    if switched.changed:
        refuse_impossible(endpoint, switched)
    return switched


def refuse_impossible(endpoint: Endpoint, switched: Switched) -> None:
    change = f"{endpoint.name} cannot go from {switched.old.value} to {switched.new.value}"
    if (switched.old, switched.new) not in TRANSITIONS:
        reachable = [new.value for old, new in TRANSITIONS if old is switched.old]
        raise TransitionRefused(f"{change}. From there it can go to: {', '.join(reachable)}.")
    if switched.new is Mode.CQRS and (reason := obstacle(endpoint)):
        raise TransitionRefused(f"{change}: {reason}")


def record(switched: Switched, row: EndpointMode, *, by: str, reason: str) -> None:
    """Write the row and the history in the caller's transaction, on the alias of ``row``."""
    now = timezone.now()
    row.mode, row.changed_at, row.changed_by, row.reason = switched.new, now, by, reason
    row.save()
    ModeChange.objects.using(row._state.db).create(
        endpoint=switched.endpoint, old=switched.old, new=switched.new, at=now, by=by, reason=reason
    )
