"""Positions on PostgreSQL: many in one statement, each column an array."""

from collections.abc import Iterable, Sequence

from django.db import connections

from legacy_app.rides_cqrs.report import Report

REPORTS = """
unnest(%s::bigint[], %s::float8[], %s::float8[], %s::timestamptz[])
WITH ORDINALITY AS report (driver_id, lat, lng, reported_at, place)
"""

KEEP = f"""
INSERT INTO rides_driverposition (driver_id, lat, lng, reported_at)
SELECT driver.id, report.lat, report.lng, report.reported_at
  FROM {REPORTS} JOIN rides_driver AS driver ON driver.id = report.driver_id
 ORDER BY report.place
"""

MOVE = f"""
UPDATE rides_driver AS driver SET lat = report.lat, lng = report.lng, position_at = report.reported_at
  FROM {REPORTS}
 WHERE driver.id = report.driver_id AND (driver.position_at IS NULL OR driver.position_at <= report.reported_at)
"""


def keep(using: str, reports: Sequence[Report]) -> int:
    """Insert the reports, in their order; returns how many: those of drivers that there are."""
    return _execute(using, KEEP, reports)


def move(using: str, reports: Sequence[Report]) -> None:
    """Have each driver be where the report says, if no newer one was there before."""
    _execute(using, MOVE, reports)


def _execute(using: str, sql: str, reports: Sequence[Report]) -> int:
    driver_ids, lats, lngs, moments = zip(*reports, strict=True)
    columns = [_array(driver_ids), _array(lats), _array(lngs), _array(at.isoformat() for at in moments)]
    with connections[using].cursor() as cursor:
        cursor.execute(sql, columns)
        return cursor.rowcount


def _array(values: Iterable[object]) -> str:
    """The values as PostgreSQL writes an array of them: numbers and moments need no quotes.

    As a list they would go through psycopg one by one, which takes as long as the statement itself.
    """
    return f"{{{','.join(map(str, values))}}}"
