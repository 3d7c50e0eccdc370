"""The rows that say who serves an endpoint, and who decided so."""

from django.db import models

from cqrs_routing.modes.mode import Mode


class EndpointMode(models.Model):
    """The mode an endpoint is in. An endpoint without a row is in ``legacy``.

    Changed by :func:`cqrs_routing.switching.switch.set_mode` only, which keeps the history.
    """

    endpoint = models.TextField(primary_key=True)
    mode = models.CharField(max_length=10, default=Mode.LEGACY.value)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["endpoint"]
        verbose_name = "endpoint"

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

    class Meta:
        ordering = ["-id"]
        verbose_name = "mode change"

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.old} → {self.new}"
