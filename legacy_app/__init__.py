"""The customer platform: customers, orders and rides in one Django project."""

from legacy_app.celery import app as celery_app

__all__ = ["celery_app"]
