"""An alignment: which elements of two sequences belong together, by those that occur once on both sides.

The method is that of the patience diff (Bram Cohen, https://bramcohen.livejournal.com/73318.html), without its
recursion: time and memory are those of sorting, whatever the sequences are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

Tokens = Sequence[Hashable]


class Gap(NamedTuple):
    """A stretch in which the sequences differ; of one side it may be empty."""

    legacy: range
    candidate: range


class Pair(NamedTuple):
    """The places of one token."""

    legacy: int
    candidate: int


def gaps(legacy: Tokens, candidate: Tokens) -> Iterator[Gap]:
    """The stretches that differ, in order."""
    whole = trimmed(Gap(range(len(legacy)), range(len(candidate))), legacy, candidate)
    left, right = whole.legacy.start, whole.candidate.start
    ends = Pair(whole.legacy.stop, whole.candidate.stop)
    for anchor in [*anchors(whole, legacy, candidate), ends]:
        between = Gap(range(left, anchor.legacy), range(right, anchor.candidate))
        gap = trimmed(between, legacy, candidate)
        if gap.legacy or gap.candidate:
            yield gap
        left, right = anchor.legacy + 1, anchor.candidate + 1


def trimmed(gap: Gap, legacy: Tokens, candidate: Tokens) -> Gap:
    """``gap`` without what is the same at its begin and at its end."""
    left, right = gap.legacy.start, gap.candidate.start
    left_end, right_end = gap.legacy.stop, gap.candidate.stop
    while left < left_end and right < right_end and legacy[left] == candidate[right]:
        left, right = left + 1, right + 1
    while left < left_end and right < right_end and legacy[left_end - 1] == candidate[right_end - 1]:
        left_end, right_end = left_end - 1, right_end - 1
    return Gap(range(left, left_end), range(right, right_end))


def anchors(gap: Gap, legacy: Tokens, candidate: Tokens) -> list[Pair]:
    """Elements that occur once on both sides, as many as are in the same order."""
    left = places(legacy, gap.legacy)
    right = places(candidate, gap.candidate)
    return increasing([Pair(place, right[token]) for token, place in left.items() if token in right])


def places(tokens: Tokens, within: range) -> dict[Hashable, int]:
    """Where the tokens are that occur once, in order."""
    counts = Counter(tokens[place] for place in within)
    return {tokens[place]: place for place in within if counts[tokens[place]] == 1}


def increasing(pairs: list[Pair]) -> list[Pair]:
    """The longest run of ``pairs``, which ascend on the legacy side, that ascends on the other side too."""
    lowest_ends: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for index, pair in enumerate(pairs):
        length = bisect_left(lowest_ends, pair.candidate)
        before.append(ends[length - 1] if length else None)
        lowest_ends[length : length + 1] = [pair.candidate]
        ends[length : length + 1] = [index]
    run, last = list[Pair](), ends[-1] if ends else None
    while last is not None:
        run.append(pairs[last])
        last = before[last]
    return run[::-1]
