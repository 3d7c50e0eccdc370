"""Clocks: dates and times that differ only since one side ran later than the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from django.utils import timezone

from cqrs_routing.rehearsal.run import Run

READING = (
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d(?::\d\d)?)?))?)?"
)
"""A date, or a date and time, as PostgreSQL, Python and JSON write them."""

TOLERANCE = timedelta(seconds=5)
"""What a reading may be off: the database's clock may be another one than this process's."""

FRACTION = re.compile(r"[.,]\d+")
DIGIT = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """The clocks of two runs."""

    handler: Run
    legacy: Run

    def alike(self, handler: str, legacy: str) -> bool:
        """Whether two texts are readings of one clock: each within its run, or as far apart as the runs are.

        The second is true of what lies ahead, such as the end of a term; and whatever zone the clock is in.
        """
        one, other = reading(handler), reading(legacy)
        if one is None or other is None or pattern(handler) != pattern(legacy):
            return False
        if within(one, self.handler) and within(other, self.legacy):
            return True
        return isinstance(one, datetime) and isinstance(other, datetime) and self._moved_alike(one, other)

    def _moved_alike(self, handler: datetime, legacy: datetime) -> bool:
        moved = legacy - handler - (self.legacy.began - self.handler.began)
        return abs(moved) <= TOLERANCE + max(self.handler.duration, self.legacy.duration)


def reading(text: str) -> date | datetime | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else datetime.fromisoformat(text)
    except ValueError:
        return None


def pattern(text: str) -> str:
    """The text without its figures; a fraction of a second may be left out where it is nought."""
    return DIGIT.sub("0", FRACTION.sub("", text))


def within(found: date | datetime, run: Run) -> bool:
    """Whether it lies within ``run``; one without a zone may be meant in UTC or in the project's."""
    first, last = run.began - TOLERANCE, run.ended + TOLERANCE
    if isinstance(found, datetime):
        return any(first <= moment <= last for moment in moments(found))
    return any(first.astimezone(zone).date() <= found <= last.astimezone(zone).date() for zone in zones())


def moments(found: datetime) -> list[datetime]:
    return [found] if found.tzinfo else [found.replace(tzinfo=zone) for zone in zones()]


def zones() -> tuple[tzinfo, ...]:
    return UTC, timezone.get_current_timezone()
