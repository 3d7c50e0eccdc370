"""The row that each side inserts."""

from django.db import models


class Entry(models.Model):
    """What an execution leaves behind."""

    lane = models.CharField(max_length=40)
    number = models.IntegerField()

    class Meta:
        db_table = "benchmark_entry"
