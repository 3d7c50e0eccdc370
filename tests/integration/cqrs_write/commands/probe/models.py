from typing import ClassVar

from django.db import models


class Effect(models.Model):
    """What a handler has done; one row for each time it had an effect."""

    text = models.CharField(max_length=100)
    attempt = models.IntegerField(default=1)
    actor = models.IntegerField(null=True)

    objects: ClassVar[models.Manager["Effect"]] = models.Manager()

    class Meta:
        app_label = "probe"  # test modules import this before the app is installed
