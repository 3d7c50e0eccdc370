"""Switches of an endpoint, and the time until every web process obeyed."""

from collections.abc import Iterable
from dataclasses import dataclass

from cqrs_routing.modes.mode import Mode
from legacy_app.demo.measurements import Sample

PROMISED_SECONDS = 1.0
BY = "demo"
"""Who switches, for the history."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A change of mode: when it began, and from when on it was committed for certain (monotonic seconds)."""

    endpoint: str
    mode: str
    began: float
    at: float


@dataclass(frozen=True, kw_only=True)
class Obeyed:
    """How a switch went.

    ``seconds`` passed until the last request was sent that the old side answered; ``processes`` answered
    from the new side.
    """

    switch: Switch
    seconds: float
    processes: int


def obedience(switches: Iterable[Switch], samples: Iterable[Sample]) -> list[Obeyed]:
    """How each of ``switches``, in order of time, was obeyed until the next one of its endpoint.

    Where both sides answer there is nothing to obey.
    """
    switches, samples = list(switches), [sample for sample in samples if not sample.error]
    to_one_side = [item for item in switches if item.mode in (Mode.LEGACY, Mode.CQRS)]
    return [obeyed(item, end_of(item, switches), samples) for item in to_one_side]


def end_of(item: Switch, switches: list[Switch]) -> float:
    later = (other.began for other in switches if other.endpoint == item.endpoint and other.at > item.at)
    return min(later, default=float("inf"))


def obeyed(item: Switch, end: float, samples: list[Sample]) -> Obeyed:
    answered = [
        sample
        for sample in samples
        # What was sent before the next switch and answered after it may rightly come from either side.
        if sample.endpoint == item.endpoint and item.at < sample.started and sample.ended < end
    ]
    # What falls back has obeyed, and says why it cannot do as it is told.
    old = [s.started - item.at for s in answered if s.side != item.mode and not s.fallback]
    new = {sample.process for sample in answered if sample.side == item.mode}
    return Obeyed(switch=item, seconds=round(max(old, default=0.0), 3), processes=len(new))
