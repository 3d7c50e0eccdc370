"""The command log, the answers to idempotent requests, and the outbox."""

from uuid import uuid4

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
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    version = models.PositiveSmallIntegerField(default=1)
    payload = models.JSONField()
    actor = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  nobody is not ''
    queue = models.CharField(max_length=100)
    priority = models.SmallIntegerField(default=0)
    lane = models.TextField(blank=True)
    lane_key = models.BigIntegerField()
    holds_lane = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.ACCEPTED, db_default=State.ACCEPTED
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    error = models.CharField(max_length=500, blank=True, default="", db_default="")
    traceback = models.TextField(blank=True, default="", db_default="")

    worker = models.CharField(max_length=100, blank=True, default="", db_default="")
    marked_at = models.DateTimeField(null=True, blank=True)
    marked_to = models.BigIntegerField(null=True, blank=True)
    """The last command of its lane that is executed in one transaction with this one."""
    alone = models.BooleanField(default=False, db_default=False)
    """A worker was lost while it executed this command together with others."""
    lost = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Workers that were lost while they executed this command alone."""

    traceparent = models.CharField(max_length=100, blank=True)
    tracestate = models.CharField(max_length=512, blank=True)
    correlation_id = models.UUIDField(default=uuid4)
    causation_id = models.UUIDField(null=True, blank=True)

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
                fields=["queue", "priority", "lane_key", "id"],
                condition=Q(open=True),
                name="cqrs_command_open",
            ),
            # People and the sweep ask it how much is waiting, since when, and what is dead.
            models.Index(
                fields=["queue", "state", "id"],
                condition=Q(state__in=[*PENDING, State.DEAD]),
                name="cqrs_command_unfinished",
            ),
            # What may be purged, without a look at the rest.
            models.Index(
                fields=["expires_at"], condition=Q(expires_at__isnull=False), name="cqrs_command_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.uuid}"


class IdempotentAnswer(models.Model):
    """What a request with an ``Idempotency-Key`` was answered, for whoever repeats it."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=300)
    """The actor and the endpoint; nobody else's key is the same."""
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    """Of the request's content, in hexadecimal digits."""
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "cqrs_idempotent_answer"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="cqrs_idempotent_answer_key")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class OutboxEvent(models.Model):
    """An event for the world outside, written in the transaction of its cause.

    The columns are those of Debezium's outbox event router. ``sequence`` is the order within an aggregate.
    """

    sequence = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(db_column="id", default=uuid4, unique=True, editable=False)
    aggregatetype = models.CharField(max_length=100)
    aggregateid = models.CharField(max_length=200)
    type = models.CharField(max_length=200)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    occurred_at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  nobody is not ''
    correlation_id = models.UUIDField(null=True, blank=True)
    causation_id = models.UUIDField(null=True, blank=True)
    tracingspancontext = models.TextField(blank=True)

    class Meta:
        db_table = "cqrs_outbox"
        ordering = ["sequence"]
        indexes = [models.Index(fields=["occurred_at"], name="cqrs_outbox_age")]

    def __str__(self) -> str:
        return f"{self.type} of {self.aggregatetype} {self.aggregateid}"
