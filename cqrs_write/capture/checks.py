"""System checks of the triggers, for ``manage.py check --database default`` after a deployment's ``migrate``.

``migrate`` runs the same checks before it begins, when triggers may rightly be missing: those of a read model that
it is about to make, or those that a table is about to get back. An error would keep it from doing what mends it, and
stop a deployment of the monolith. So within ``migrate`` both checks are silent: its end brings every trigger in step,
and says what it did.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from cqrs_write import changelog
from cqrs_write.backends import VENDORS
from cqrs_write.capture.drift import Drift, drift
from cqrs_write.conf import settings


def register_capture_checks() -> None:
    register(check_unseen, Tags.database)
    register(check_out_of_step, Tags.database)


def check_unseen(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E008: every table that a read model depends on reports its writes."""
    return [
        Error(f"{_where(using, item)}.", hint=item.remedy or None, id="cqrs_write.E008")
        for using, item in _drifts(databases)
        if item.unseen
    ]


def check_out_of_step(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.W002: no trigger is older than the declarations, or left over from them."""
    return [
        Warning(f"{_where(using, item)}.", hint=item.remedy, id="cqrs_write.W002")
        for using, item in _drifts(databases)
        if not item.unseen
    ]


def _drifts(databases: Sequence[str] | None) -> Iterator[tuple[str, Drift]]:
    """Drift by alias; of those databases alone that the command named, as Django asks of such checks."""
    if settings().capture and not _within_migrate():
        for using in databases or ():
            if connections[using].vendor in VENDORS and changelog.exists(using):
                yield from ((using, item) for item in drift(using))


def _where(using: str, item: Drift) -> str:
    return f"{using}: {item}"


def _within_migrate() -> bool:
    """Django does not tell a check which command runs it, so the callers are looked through."""
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        if isinstance(frame.f_locals.get("self"), Migrate):
            return True
    return False
