"""The rows that say who serves an endpoint, who decided so, and what was counted."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value

from cqrs_routing.modes.mode import Mode


def percent_field(*, default: int, help_text: str) -> Any:
    return models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=default,
        db_default=default,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=help_text,
    )


def json_field(default: type, help_text: str = "") -> Any:
    return models.JSONField(
        default=default, db_default=Value(default(), models.JSONField()), blank=True, help_text=help_text
    )


class EndpointMode(models.Model):
    """The mode an endpoint is in. An endpoint without a row is in ``legacy``.

    Changed by :func:`cqrs_routing.switching.switch.set_mode` only, which keeps the history.
    """

    endpoint = models.TextField(primary_key=True)
    mode = models.CharField(max_length=10, default=Mode.LEGACY.value)
    stint = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    """How often the mode was changed, or the evidence thrown away."""

    percent = percent_field(default=0, help_text="of the clients, in canary")
    users = json_field(list, "primary keys of users, in canary")
    groups = json_field(list, "primary keys of groups, in canary")
    header = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="of requests that are in: X-Canary, or with its value X-Canary: yes",
    )
    sample_percent = percent_field(default=100, help_text="of the requests that are compared")
    promote_every = models.PositiveIntegerField(
        null=True, blank=True, help_text="minutes between two promotions by schedule; empty: by hand only"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["endpoint"]
        verbose_name = "endpoint"
        permissions = [
            ("operate_endpoint", "Can compare endpoints and take them back to legacy"),
            ("promote_endpoint", "Can let new views answer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="cqrs_routing_percent"),
            models.CheckConstraint(
                condition=Q(sample_percent__range=(0, 100)), name="cqrs_routing_sample_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.endpoint


class ModeChange(models.Model):
    """One change of an endpoint's mode: the audit that is never edited."""

    endpoint = models.TextField(db_index=True)
    old = models.CharField(max_length=10)
    new = models.CharField(max_length=10)
    at = models.DateTimeField()
    by = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    canary = json_field(dict)
    """Who was in from then on, where ``new`` is a canary."""

    forced = models.BooleanField(default=False, db_default=False)
    """Whether the gate did not hold, or steps were skipped."""

    evidence = json_field(dict)
    """What was known at that moment, see :mod:`cqrs_routing.switching.evidence`."""

    class Meta:
        ordering = ["-id"]
        verbose_name = "mode change"

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.old} → {self.new}"


class TrafficCount(models.Model):
    """How often something was counted in one slot of time: a cell that processes add to and readers sum up.

    Written by :mod:`cqrs_routing.traffic.flush`; ``metric`` and ``bucket`` are as :mod:`cqrs_routing.traffic.counts`
    has them.
    """

    pk = models.CompositePrimaryKey("endpoint", "slot", "stint", "side", "metric", "bucket")
    endpoint = models.TextField()
    slot = models.BigIntegerField()
    """When the slot began, in seconds since 1970."""

    stint = models.PositiveBigIntegerField()
    side = models.CharField(max_length=10)
    metric = models.CharField(max_length=20)
    bucket = models.IntegerField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "cqrs_traffic"
        indexes = [models.Index(fields=["slot"], name="cqrs_traffic_slot")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.side} {self.metric} {self.bucket}: {self.count}"


class GuardVerdict(models.Model):
    """What the guard said last of an endpoint, and how often in a row it has failed."""

    endpoint = models.TextField(primary_key=True)
    stint = models.PositiveBigIntegerField()
    verdict = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "cqrs_guard_verdict"

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.verdict}"


class Mismatch(models.Model):
    """One kind of difference between both sides of an endpoint, within one stint, and how often it occurred."""

    endpoint = models.TextField()
    stint = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    title = models.TextField()
    parts = models.JSONField()
    """As :class:`cqrs_routing.comparison.kind.Kind` has them."""

    is_inconclusive = models.BooleanField(
        default=False, db_default=False, help_text="whether they differ could not be told, for this reason"
    )

    count = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "cqrs_mismatch"
        ordering = ["-last_at"]
        verbose_name_plural = "mismatches"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "stint", "is_inconclusive", "digest"], name="cqrs_mismatch_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.title}"


class MismatchExample(models.Model):
    """One request whose answers, or changes, differed. Sensitive values are hidden."""

    mismatch = models.ForeignKey(Mismatch, on_delete=models.CASCADE, related_name="examples")
    at = models.DateTimeField()
    request = models.TextField()
    user = models.TextField(blank=True)
    diff = models.TextField()
    legacy = models.TextField(blank=True)
    candidate = models.TextField(blank=True)

    class Meta:
        db_table = "cqrs_mismatch_example"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.request
