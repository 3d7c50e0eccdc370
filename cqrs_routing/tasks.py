"""Celery tasks of the routing side."""

from celery import shared_task

from cqrs_routing.switching.guard import watch
from cqrs_routing.switching.promotion import promote_scheduled
from cqrs_routing.traffic.rollup import roll_up


@shared_task(name="cqrs_routing.guard", ignore_result=True, expires=10)
def guard() -> None:
    """Look after the endpoints that the new side answers. Have Celery beat send it every second or two::

    CELERY_BEAT_SCHEDULE = {"cqrs-guard": {"task": "cqrs_routing.guard", "schedule": 2.0}}

    It also promotes what is due by schedule. ``manage.py cqrs_guard --follow`` does the same without Celery.
    """
    watch()
    promote_scheduled()


@shared_task(name="cqrs_routing.roll_up", ignore_result=True, expires=600)
def roll_up_traffic() -> None:
    """Keep the counts of the traffic small. Have Celery beat send it every ten minutes or so::

    CELERY_BEAT_SCHEDULE = {"cqrs-roll-up": {"task": "cqrs_routing.roll_up", "schedule": 600.0}}
    """
    roll_up()
