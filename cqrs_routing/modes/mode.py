"""Which side an endpoint is served by, and how that may change."""

from django.db.models import TextChoices


class Mode(TextChoices):
    """Who answers an endpoint's requests."""

    LEGACY = "legacy", "legacy: the monolith's own view answers"
    CQRS = "cqrs", "cqrs: the new view answers"


TRANSITIONS: dict[tuple[Mode, Mode], str] = {
    (Mode.LEGACY, Mode.CQRS): "Allowed while every read model of the endpoint can serve.",
    (Mode.CQRS, Mode.LEGACY): "Always allowed: the legacy tables are the truth, so nothing is lost.",
}
"""Every change of mode that exists, with the reason why it does."""
