"""The command log: what was accepted, and what became of it."""

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.utils import timezone

from cqrs_write.state import PENDING, State


class LoggedCommand(models.Model):
    """A command that was accepted for execution: the truth about what is pending, done and dead.

    ``id`` is the order of acceptance, ``uuid`` what the world outside may know. ``open`` is computed by the
    database: such a row stands in its lane, in front of those behind it.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    payload = models.JSONField()
    actor = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  nobody is not ''
    queue = models.CharField(max_length=100)
    lane = models.TextField(blank=True)
    lane_key = models.BigIntegerField()
    holds_lane = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACCEPTED)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    error = models.CharField(max_length=500, blank=True)
    traceback = models.TextField(blank=True)
    open = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(state__in=PENDING) | Q(state=State.DEAD, holds_lane=True), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        db_table = "cqrs_command_log"
        verbose_name = "command"
        ordering = ["-id"]
        indexes = [
            # Workers walk from lane to lane in it; it holds no finished command, however long the log is.
            models.Index(
                fields=["queue", "lane_key", "id"], condition=Q(open=True), name="cqrs_command_open"
            ),
            # People and the sweep ask it how much is waiting, since when, and what is dead.
            models.Index(
                fields=["queue", "state", "id"],
                condition=Q(state__in=[*PENDING, State.DEAD]),
                name="cqrs_command_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.uuid}"
