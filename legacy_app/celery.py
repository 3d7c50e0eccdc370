"""The platform's Celery application."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legacy_app.settings_cqrs")

app = Celery("legacy_app")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
