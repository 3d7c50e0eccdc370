"""The sample's settings where Celery refreshes, and nothing follows."""

from legacy_app.settings_cqrs import *  # noqa: F403

CELERY_BEAT_SCHEDULE = {"cqrs-refresh": {"task": "cqrs_read.refresh", "schedule": 0.5}}
