"""The same INSERT as a Celery task, as a team without commands would write it."""

from celery import shared_task
from django.db import transaction

from benchmarks.workload.models import Entry

QUEUE = "plain"


@shared_task(name="benchmarks.insert", ignore_result=True)
def insert(lane: str, number: int) -> None:
    with transaction.atomic():
        Entry.objects.create(lane=lane, number=number)
