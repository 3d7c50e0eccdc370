"""Positions on SQLite: one statement, executed for each without leaving the library."""

from collections.abc import Sequence

from django.db import connections

from legacy_app.rides_cqrs.report import Report

KEEP = """
INSERT INTO rides_driverposition (lat, lng, reported_at, driver_id)
SELECT %s, %s, %s, id FROM rides_driver WHERE id = %s
"""

MOVE = """
UPDATE rides_driver SET lat = %s, lng = %s, position_at = %s
 WHERE id = %s AND (position_at IS NULL OR position_at <= %s)
"""


def keep(using: str, reports: Sequence[Report]) -> int:
    """Insert the reports, in their order; returns how many: those of drivers that there are."""
    adapt = connections[using].ops.adapt_datetimefield_value
    with connections[using].cursor() as cursor:
        cursor.executemany(
            KEEP, [(one.lat, one.lng, adapt(one.reported_at), one.driver_id) for one in reports]
        )
        return cursor.rowcount


def move(using: str, reports: Sequence[Report]) -> None:
    """Have each driver be where the report says, if no newer one was there before."""
    adapt = connections[using].ops.adapt_datetimefield_value
    rows = [(one.lat, one.lng, at := adapt(one.reported_at), one.driver_id, at) for one in reports]
    with connections[using].cursor() as cursor:
        cursor.executemany(MOVE, rows)
