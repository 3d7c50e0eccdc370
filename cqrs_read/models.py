"""Where each read model stands, and the runs that fill them."""

from django.db import models
from django.utils import timezone


class ReadModelState(models.Model):
    """How far a read model has consumed the change log, and whether its rows may be served."""

    name = models.CharField(max_length=200, primary_key=True)
    position = models.TextField(blank=True)
    origin = models.CharField(max_length=100, blank=True)
    lost = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cqrs_read_model_state"
        verbose_name = "read model"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BackfillRun(models.Model):
    """One pass over all keys of a read model: owns the cursor, which commits with its chunk."""

    class Kind(models.TextChoices):
        BACKFILL = "backfill", "asked for by a person"
        REPAIR = "repair", "needed since the change log said 'everything'"

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"

    read_model = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BACKFILL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    reason = models.CharField(max_length=500, blank=True)
    cursor = models.TextField(null=True, blank=True)  # noqa: DJ001  no cursor yet is not the key ''
    rows = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cqrs_backfill_run"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["read_model"], condition=models.Q(state="running"), name="cqrs_backfill_one_running"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.read_model}"

    @property
    def seconds(self) -> float:
        """From start to end, or until now."""
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
