"""The sample's settings where Celery refreshes, compares and trims, often, and nothing follows."""

from legacy_app.settings_cqrs import *  # noqa: F403

CELERY_BEAT_SCHEDULE = {
    "cqrs-refresh": {"task": "cqrs_read.refresh", "schedule": 0.5},
    "cqrs-verify-sample": {"task": "cqrs_read.verify_sample", "schedule": 0.5},
    "cqrs-trim": {"task": "cqrs_write.trim", "schedule": 0.5},
}
