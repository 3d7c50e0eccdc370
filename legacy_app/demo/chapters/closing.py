"""Everybody stops, everything that was promised is done, and all is counted."""

import time

from legacy_app.demo.comparison import different_answers, paths
from legacy_app.demo.lag import await_no_lag
from legacy_app.demo.promises import kept, unfinished
from legacy_app.demo.stage import Stage
from legacy_app.demo.verification import verify_all

PATIENCE_SECONDS = 30.0


def settle(stage: Stage) -> None:
    narrator = stage.narrator
    with narrator.busy("Stopping clients and writers"):
        stage.clients.stop()
        stage.writers.stop()
    with narrator.busy("Waiting for the last commands and changes"):
        await_commands(stage)
        await_no_lag(PATIENCE_SECONDS)
        time.sleep(0.3)  # The meter's last reading is of now.
        stage.lag.stop()
        stage.check()
    stage.promises = kept(stage.clients.placed)
    verify_all(stage)
    compare_answers(stage)


def await_commands(stage: Stage) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while unfinished() and time.monotonic() < deadline:
        stage.check()
        time.sleep(0.1)


def compare_answers(stage: Stage) -> None:
    count = len(paths(stage.shop))
    with stage.narrator.busy(f"Asking both sides the same {count} questions"):
        found = different_answers(stage.shop, stage.stack.port or 0)
    stage.differences += [f"GET {path} is answered differently by the two sides" for path in found]
    stage.narrator.say(f"{count - len(found)} of {count} answers are equal")
