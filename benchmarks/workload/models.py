"""The rows that the sides insert."""

from django.db import models


class Entry(models.Model):
    """What an execution leaves behind."""

    lane = models.CharField(max_length=40)
    number = models.IntegerField()

    class Meta:
        db_table = "benchmark_entry"


class Received(models.Model):
    """A request's content as a view without commands would store it, to be looked at later."""

    user_id = models.IntegerField()
    payload = models.JSONField()

    class Meta:
        db_table = "benchmark_received"
