"""Who has written reads what was written, also while the read models are behind."""

import time

from legacy_app.demo.clients import Habits
from legacy_app.demo.own_reader import OwnReaders
from legacy_app.demo.stage import Stage

AROUND, HELD = 0.04, 0.08
"""Shares of the load's seconds: before and after the refresh loop is held, and meanwhile."""

PAIRS, FORGOTTEN = 6, 2
"""So many are waited for on a busy machine."""


def read_own_writes(stage: Stage) -> None:
    stage.clients.habits = Habits(few=True)
    readers = OwnReaders(stage.clients)
    readers.start()
    with stage.joined_by(readers):
        stage.play(AROUND)
        seconds = hold_refresh(stage, readers)
        stage.play(AROUND)
    seen = stage.trials.own_writes = readers.result
    stage.narrator.say(f"{seen.pairs:,} pairs of a write and a read with its token: {seen.stale} stale reads")
    stage.narrator.say(
        f"The refresh was held for {seconds:.1f} s: legacy answered {seen.by_legacy} of them. "
        f"Of {seen.forgotten} reads that forgot their token {seen.stale_without} were stale"
    )
    if seen.stale or not seen.pairs:
        stage.trials.broken.append(
            f"{seen.stale} of {seen.pairs} reads did not show their client's own write"
        )


def hold_refresh(stage: Stage, readers: OwnReaders) -> float:
    """Hold the refresh loop, and return for how many seconds."""
    started = time.monotonic()
    with stage.stack.without_refresh():
        stage.play(HELD)
        stage.wait_until(lambda: readers.result.pairs >= PAIRS and readers.result.forgotten >= FORGOTTEN)
    return time.monotonic() - started
