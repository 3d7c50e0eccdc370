"""Chunks grow and shrink until one takes the time that is wanted."""

from collections.abc import Callable
from itertools import pairwise

from cqrs_read.backfill.size import LARGEST, SMALLEST, Pace, tuned

AIM = 0.3


def after(chunks: int, speed: Callable[[int], float], pace: Pace | None = None) -> list[Pace]:
    """The paces of ``chunks`` chunks in a row, on a clock that ``speed`` (keys a second, by chunk) moves."""
    paces = [pace or Pace()]
    for number in range(chunks):
        seconds = paces[-1].size / speed(number)
        paces.append(tuned(paces[-1], keys=paces[-1].size, seconds=seconds, aim=AIM))
    return paces


def test_a_steady_database_is_known_after_ten_chunks() -> None:
    sizes = [pace.size for pace in after(20, lambda number: 60_000)]
    assert all(abs(size - 18_000) <= 1_800 for size in sizes[10:])


def test_it_grows_by_half_at_most() -> None:
    sizes = [pace.size for pace in after(10, lambda number: 1_000_000)]
    assert all(later <= earlier * 1.5 for earlier, later in pairwise(sizes))


def test_a_database_that_becomes_slow_has_small_chunks_soon() -> None:
    settled = after(20, lambda number: 60_000)[-1]
    slow = after(8, lambda number: 6_000, settled)
    assert slow[-1].size < 3_000
    assert slow[1].size >= settled.size / 2


def test_one_slow_chunk_changes_little() -> None:
    settled = after(20, lambda number: 60_000)[-1]
    hiccup = after(6, lambda number: 6_000 if number == 0 else 60_000, settled)
    assert min(pace.size for pace in hiccup) >= settled.size / 2
    assert abs(hiccup[-1].size - settled.size) <= settled.size * 0.25


def test_noise_leaves_it_calm() -> None:
    settled = after(20, lambda number: 60_000)[-1]
    noisy = after(20, lambda number: 60_000 * (1.15 if number % 2 else 0.85), settled)
    assert {pace.size for pace in noisy} == {settled.size}


def test_it_stays_within_bounds() -> None:
    assert after(60, lambda number: 1e9)[-1].size == LARGEST
    assert after(60, lambda number: 1)[-1].size == SMALLEST


def test_a_chunk_that_was_not_full_says_nothing() -> None:
    pace = Pace(size=5_000, rate=20_000)
    assert tuned(pace, keys=10, seconds=0.5, aim=AIM) == pace
