"""The roll-up: slots that no window looks at any more become one an hour, and go after some weeks."""

from __future__ import annotations

from time import time

from django.db import connections, router, transaction

from cqrs_routing.conf import settings
from cqrs_routing.models import TrafficCount
from cqrs_write.backends import load
from cqrs_write.lock_key import lock_key

HOUR = 3600

LOCK = lock_key("cqrs traffic roll-up")

MOVE = """
INSERT INTO cqrs_traffic (endpoint, slot, stint, side, metric, bucket, count)
SELECT endpoint, slot / {hour} * {hour}, stint, side, metric, bucket, sum(count) FROM cqrs_traffic
WHERE slot < %s AND slot %% {hour} <> 0
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (endpoint, slot, stint, side, metric, bucket) DO UPDATE SET count = cqrs_traffic.count + excluded.count
"""
DELETE = "DELETE FROM cqrs_traffic WHERE slot < %s AND slot %% {hour} <> 0"


def roll_up(now: float | None = None) -> int:
    """Make slots that are older than an hour into hours, and delete what is older than ``TRAFFIC_DAYS``.

    Returns:
        rows that are gone.
    """
    using = router.db_for_write(TrafficCount)
    cells = TrafficCount.objects.using(using)
    until = int((now or time()) - HOUR) // HOUR * HOUR
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not load("cqrs_write", "locks", using).is_alone(cursor, LOCK):
            return 0
        cursor.execute(MOVE.format(hour=HOUR), [until])
        cursor.execute(DELETE.format(hour=HOUR), [until])
        gone: int = cursor.rowcount
        too_old, _ = cells.filter(slot__lt=until - settings().traffic_days * 24 * HOUR).delete()
    return gone + too_old
