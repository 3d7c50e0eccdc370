"""Celery tasks of the read side."""

import logging

from celery import shared_task

from cqrs_read.conf import settings
from cqrs_read.declaration.read_model import read_models
from cqrs_read.declaration.refused import without_refused
from cqrs_read.exceptions import DatabaseAway
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_read.refresh.attend import attend_for
from cqrs_read.refresh.care import Care
from cqrs_read.refresh.hurry import REFRESH
from cqrs_read.verify import sampling
from cqrs_write.wakeup import EXPIRES

logger = logging.getLogger(__name__)

_care = Care()


@shared_task(name=REFRESH, ignore_result=True, expires=EXPIRES)
def refresh() -> None:
    """Refresh every read model that has something to do. Where nothing follows, have Celery beat send it::

        CELERY_BEAT_SCHEDULE = {"cqrs-refresh": {"task": "cqrs_read.refresh", "schedule": 1.0}}

    Works until all is done, for ``REFRESH_SECONDS`` at most. Of tasks that overlap, each read model is refreshed by
    one, and the others leave it alone.
    """
    ordered = in_dependency_order(without_refused(read_models()))
    try:
        attend_for(ordered, settings().refresh_seconds, idle=_care.take(ordered))
    except DatabaseAway as error:
        logger.warning("The database is away, the next task tries again: %s", error)


@shared_task(name="cqrs_read.verify_sample", ignore_result=True, expires=EXPIRES)
def verify_sample() -> None:
    """Compare the next slice of every read model that is served. Have Celery beat send it now and then::

        CELERY_BEAT_SCHEDULE = {"cqrs-verify-sample": {"task": "cqrs_read.verify_sample", "schedule": 30.0}}

    What differs is logged, and mended unless ``SAMPLE_REPAIR`` is off.
    """
    sampling.sample_all()
