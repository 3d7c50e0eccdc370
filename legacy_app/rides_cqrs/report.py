"""A report: where a driver was, and when."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Report(NamedTuple):
    driver_id: int
    lat: float
    lng: float
    reported_at: datetime


def newest_by_driver(reports: Iterable[Report]) -> list[Report]:
    """The newest report of each driver; of two of one moment the later one."""
    newest: dict[int, Report] = {}
    for report in reports:
        known = newest.get(report.driver_id)
        if known is None or report.reported_at >= known.reported_at:
            newest[report.driver_id] = report
    return list(newest.values())
