"""Where each read model stands, and the runs that fill them."""

from django.db import models
from django.utils import timezone

from cqrs_read.keys_field import KeysField


class ReadModelState(models.Model):
    """How far a read model has consumed the change log, and whether its rows may be served.

    ``watches`` are the tables, keys and columns whose changes the declaration that fills it needs to be told.
    """

    name = models.CharField(max_length=200, primary_key=True)
    position = models.TextField(blank=True)
    origin = models.CharField(max_length=100, blank=True)
    lost = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    watches = models.JSONField(default=list, blank=True)
    parked = models.BigIntegerField(default=0)
    """Backlog rows whose keys could not be stored."""

    table_id = models.CharField(max_length=40, blank=True)
    """Identity of the table that was filled, see :mod:`cqrs_read.standing.identity`; empty where it is not known."""

    problem = models.CharField(max_length=500, blank=True)
    """Why the last refresh failed as a whole, in one line."""

    problem_since = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cqrs_read_model_state"
        verbose_name = "read model"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Backlog(models.Model):
    """Keys that a refresh has taken out of the change log and not done yet, or could not do.

    Those of a ``dependency`` are still to be expanded to source keys; an empty one means that they are source
    keys. ``cursor`` is the last source key that is done.
    """

    class Kind(models.TextChoices):
        WAITING = "waiting", "more than one refresh can do"
        PARKED = "parked", "could not be stored"

    id = models.BigAutoField(primary_key=True)
    read_model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WAITING)
    dependency = models.TextField(blank=True)
    keys = KeysField()
    cursor = models.TextField(null=True, blank=True)  # noqa: DJ001  no cursor yet is not the key ''
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    logged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "cqrs_backlog"
        verbose_name_plural = "backlog"
        ordering = ["id"]
        indexes = [models.Index(fields=["read_model", "kind", "id"], name="cqrs_backlog_next")]

    def __str__(self) -> str:
        return f"{self.kind}: {len(self.keys)} keys for {self.read_model}"


class BackfillRun(models.Model):
    """One pass over all keys of a read model: owns the cursor, which commits with its chunk.

    Whoever advances a run saves what it did and never the state; that only :mod:`cqrs_read.backfill.states`
    changes, so that a pause is never overwritten.
    """

    class Kind(models.TextChoices):
        BACKFILL = "backfill", "asked for by a person"
        REPAIR = "repair", "needed since the change log said 'everything'"
        REBUILD = "rebuild", "fills the next version of the table"
        VERIFY = "verify", "compares all the time"

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        CANCELLED = "cancelled"
        DONE = "done"
        FAILED = "failed"

    read_model = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BACKFILL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    reason = models.CharField(max_length=500, blank=True)
    cursor = models.TextField(null=True, blank=True)  # noqa: DJ001  no cursor yet is not the key ''
    rows = models.BigIntegerField(default=0, help_text="source keys behind the cursor")
    differences = models.BigIntegerField(default=0, help_text="found by a verification and still there")
    findings = models.JSONField(default=list, blank=True, help_text="examples of them")
    chunk = models.PositiveIntegerField(default=0, help_text="keys in the next chunk; 0 before the first")
    rate = models.FloatField(default=0.0, help_text="rows a second within chunks, smoothed")
    busy_seconds = models.FloatField(default=0.0, help_text="within chunks")
    throttled_seconds = models.FloatField(default=0.0, help_text="waited for a throttle")
    throttled_by = models.CharField(max_length=500, blank=True, help_text="what holds it now")
    attempts = models.PositiveIntegerField(default=0, help_text="of the chunk that failed last")
    error = models.CharField(max_length=500, blank=True)
    owner = models.CharField(max_length=300, blank=True, help_text="host:pid of the process that works at it")
    touched_at = models.DateTimeField(null=True, blank=True, help_text="when the owner last said so")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cqrs_backfill_run"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["read_model"],
                condition=models.Q(state="running") & ~models.Q(kind="verify"),
                name="cqrs_backfill_one_running",
            ),
            models.UniqueConstraint(
                fields=["read_model"],
                condition=models.Q(state="running", kind="verify"),
                name="cqrs_backfill_one_verifying",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.read_model}"

    @property
    def seconds(self) -> float:
        """From start to end, or until now."""
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
