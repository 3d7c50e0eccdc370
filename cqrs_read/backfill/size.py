"""The size of a chunk, which tunes itself to a duration.

Smoothing and limited steps are GitLab's idea for its batched background migrations.
"""

from dataclasses import dataclass

FIRST = 1_000
SMALLEST, LARGEST = 100, 50_000

SMOOTHING = 0.4
"""Weight of the newest chunk in the smoothed rate."""

GROWTH, SHRINKAGE = 1.5, 0.5
"""The largest step up and down, as factors."""

CALM = 0.1
"""A size this near to the wanted one, in proportion, is kept."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Keys in the next chunk, and keys a second, smoothed; a rate of 0 is not known yet."""

    size: int = FIRST
    rate: float = 0.0


def tuned(pace: Pace, *, keys: int, seconds: float, aim: float) -> Pace:
    """The pace after a chunk of ``keys`` took ``seconds``, where ``aim`` seconds are wanted.

    A chunk that was not full says little about a full one: it costs as much to begin.
    """
    if keys < pace.size or seconds <= 0:
        return pace
    newest = keys / seconds
    rate = newest if not pace.rate else SMOOTHING * newest + (1 - SMOOTHING) * pace.rate
    wanted = rate * aim
    if abs(wanted - pace.size) <= CALM * pace.size:
        return Pace(size=pace.size, rate=rate)
    step = min(max(wanted, pace.size * SHRINKAGE), pace.size * GROWTH)
    return Pace(size=int(min(max(step, SMALLEST), LARGEST)), rate=rate)
