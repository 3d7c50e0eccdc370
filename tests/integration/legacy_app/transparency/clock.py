"""The clock of a walk: it stands still within a request, so that two sites see the same moments."""

import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
"""When a walk begins: on the day after the last that is seeded."""

real_time = time.time
moment: ContextVar[float | None] = ContextVar("moment", default=None)
"""Seconds since 1970 for whoever serves the request; None beside it, as in threads of others."""


class Clock:
    """What stands in for ``time.time``: an instance, which does not become a method where a class keeps it."""

    def __call__(self) -> float:
        frozen = moment.get()
        return real_time() if frozen is None else frozen


now_of_the_walk = Clock()


class FrozenDatetime(datetime):
    """What Django asks for the time, and its templates."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.fromtimestamp(now_of_the_walk(), tz)


def install() -> None:
    """Have the process ask this clock; before whatever keeps ``time.time`` is imported."""
    time.time = now_of_the_walk  # type: ignore[assignment]
    from django.contrib.auth.tokens import PasswordResetTokenGenerator
    from django.template import defaulttags
    from django.utils import timezone

    timezone.datetime = defaulttags.datetime = FrozenDatetime  # type: ignore[attr-defined]
    PasswordResetTokenGenerator._now = lambda generator: FrozenDatetime.now()  # type: ignore[attr-defined]
