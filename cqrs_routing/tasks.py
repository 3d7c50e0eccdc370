"""Celery tasks of the routing side."""

from typing import Any

from celery import shared_task

from cqrs_routing.shadow.check import check_and_count
from cqrs_routing.shadow.sample import Sample
from cqrs_routing.shadow.sending import COMPARE
from cqrs_routing.switching.guard import watch
from cqrs_routing.switching.promotion import promote_scheduled
from cqrs_routing.traffic.flush import flush
from cqrs_routing.traffic.rollup import roll_up


@shared_task(name=COMPARE, ignore_result=True)
def compare(samples: list[dict[str, Any]]) -> None:
    """Compare what legacy has answered with what the candidates answer. Requests send it, while it is sampled.

    Give it a worker that has time: ``nice celery -A … worker -Q cqrs_shadow``.
    """
    for sample in samples:
        check_and_count(Sample.from_dict(sample))
    flush()


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
