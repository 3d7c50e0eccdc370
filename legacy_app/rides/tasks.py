from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from legacy_app.rides.models import DriverPosition

KEEP = timedelta(days=30)


@shared_task
def prune_positions():
    DriverPosition.objects.filter(reported_at__lt=timezone.now() - KEEP).delete()
