from typing import ClassVar

from django.db import models


class Note(models.Model):
    """What was written, how often it was changed, and by whom."""

    text = models.CharField(max_length=100)
    version = models.IntegerField(default=1)
    actor = models.IntegerField(null=True)
    correlation = models.UUIDField(null=True)

    objects: ClassVar[models.Manager["Note"]] = models.Manager()

    class Meta:
        app_label = "notes"  # test modules import this before the app is installed
