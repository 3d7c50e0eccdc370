"""Which side an endpoint is served by, and how that may change."""

from django.db.models import TextChoices

from cqrs_write.exceptions import UnknownName


class Mode(TextChoices):
    """Who answers an endpoint's requests."""

    LEGACY = "legacy", "legacy: the monolith's own view answers"
    SHADOW = "shadow", "shadow: the monolith's own view answers, and the new one is compared with it"
    CANARY = "canary", "canary: the new view answers some of the requests"
    CQRS = "cqrs", "cqrs: the new view answers"

    @property
    def next(self) -> "Mode":
        """The mode that a promotion leads to; the last one has none but itself."""
        path = list(Mode)
        return path[min(path.index(self) + 1, len(path) - 1)]

    @property
    def is_served_by_candidate(self) -> bool:
        """Whether the new view answers anybody."""
        return self in (Mode.CANARY, Mode.CQRS)


TRANSITIONS: dict[tuple[Mode, Mode], str] = {
    (Mode.LEGACY, Mode.SHADOW): "Costs no client anything: it is where evidence begins.",
    (Mode.SHADOW, Mode.CANARY): "With the gate's evidence that both sides answer the same.",
    (Mode.CANARY, Mode.CANARY): "Another share of the requests; a greater one with the gate's evidence.",
    (Mode.CANARY, Mode.CQRS): "With the gate's evidence that the new side does as well.",
    (Mode.CQRS, Mode.CANARY): "A step back, for a closer look: the legacy side is compared with again.",
    (Mode.CQRS, Mode.SHADOW): "A step back: nobody is served by the new side, and it is compared again.",
    (Mode.CANARY, Mode.SHADOW): "A step back: nobody is served by the new side, and it is compared again.",
    (Mode.SHADOW, Mode.LEGACY): "Always allowed.",
    (Mode.CANARY, Mode.LEGACY): "Always allowed: the legacy tables are the truth, so nothing is lost.",
    (Mode.CQRS, Mode.LEGACY): "Always allowed: the legacy tables are the truth, so nothing is lost.",
}
"""Every change of mode that exists, with the reason why it does. Others skip steps, and must be forced."""


def named_mode(mode: str) -> Mode:
    """The mode called ``mode``.

    Raises:
        UnknownName: when there is none; it lists those that are.
    """
    if mode not in Mode.values:
        raise UnknownName("mode", mode, list(Mode.values))
    return Mode(mode)
