"""Celery tasks of the write side."""

from celery import shared_task
from django.db import DEFAULT_DB_ALIAS

from cqrs_write import changelog, execution, operations, queues, trimming, wakeup
from cqrs_write.conf import settings
from cqrs_write.outbox import trimming as outbox_trimming


@shared_task(name=wakeup.DRAIN, ignore_result=True, expires=wakeup.EXPIRES)
def drain(queue: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """Execute what is runnable in ``queue``, for a slice of time; ask for another slice if some is left."""
    if execution.drain(queue, using=using, seconds=settings().drain_seconds).more:
        wakeup.wake(queue, using)


@shared_task(name="cqrs_write.sweep", ignore_result=True, expires=wakeup.EXPIRES)
def sweep() -> None:
    """Wake the workers of every queue with runnable commands. Have Celery beat send it every second or two::

        CELERY_BEAT_SCHEDULE = {"cqrs-sweep": {"task": "cqrs_write.sweep", "schedule": 2.0}}

    A retry is due no earlier than the sweep that follows its time.
    """
    for using in settings().databases:
        queues.wake_runnable(using)


@shared_task(name="cqrs_write.purge", ignore_result=True, expires=wakeup.EXPIRES)
def purge() -> None:
    """Delete settled commands whose retention is over. Have Celery beat send it every hour or so::

    CELERY_BEAT_SCHEDULE = {"cqrs-purge": {"task": "cqrs_write.purge", "schedule": 3600.0}}
    """
    for using in settings().databases:
        operations.purge(using=using)


@shared_task(name="cqrs_write.trim", ignore_result=True, expires=wakeup.EXPIRES)
def trim() -> None:
    """Delete what every follower of the change logs has seen. Have Celery beat send it every minute or so::

        CELERY_BEAT_SCHEDULE = {"cqrs-trim": {"task": "cqrs_write.trim", "schedule": 60.0}}

    A process that runs ``cqrs_refresh --follow`` trims too.
    """
    for using in settings().databases:
        if changelog.exists(using):
            trimming.trim(using)


@shared_task(name="cqrs_write.trim_outbox", ignore_result=True, expires=wakeup.EXPIRES)
def trim_outbox() -> None:
    """Delete events that are older than OUTBOX_HOURS of CQRS_WRITE. Have Celery beat send it every hour or so::

        CELERY_BEAT_SCHEDULE = {"cqrs-trim-outbox": {"task": "cqrs_write.trim_outbox", "schedule": 3600.0}}

    By hand: ``manage.py cqrs_outbox trim``.
    """
    for using in settings().databases:
        outbox_trimming.trim(using=using)
