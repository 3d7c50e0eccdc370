"""The guard takes back what turns bad: Celery beat has it look every two seconds."""

import time
from decimal import Decimal

from django.utils import timezone

from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode
from cqrs_routing.switching.guard import GUARD
from cqrs_routing.switching.switch import Setting, switch
from legacy_app.demo import thresholds
from legacy_app.demo.chapters.trial import show
from legacy_app.demo.clients import Habits
from legacy_app.demo.evidence import evidence, has_seen_both, mismatches, row_of
from legacy_app.demo.measurements import READ
from legacy_app.demo.releases.order_list import SLOW, STUMBLING
from legacy_app.demo.releases.release import Release
from legacy_app.demo.stage import Stage
from legacy_app.demo.switches import Switch
from legacy_app.demo.tester import HEADER, Tester
from legacy_app.demo.trials import TakenBack

SOME = Setting(mode=Mode.CANARY, canary=Canary(percent=Decimal(25)))
TESTERS = Setting(
    mode=Mode.CANARY, canary=Canary(percent=Decimal(0), header=HEADER), sample_percent=Decimal(100)
)
TIMES_AS_SLOW, LEAST_SECONDS, MOST_SECONDS = 3, 1.0, 5.0
"""The slow release, compared with legacy."""


def take_back(stage: Stage) -> None:
    before = len(stage.errors)
    turn_slow(stage)
    turn_faulty(stage)
    stage.narrator.say(
        f"Errors that clients have got from both: {len(stage.errors) - before}; "
        f"the tester, who asks for it: {stage.trials.tester_errors}"
    )


def turn_slow(stage: Stage) -> None:
    """A quarter of the clients are in the canary when the candidate turns slow. They wait, and get no error."""
    stage.clients.habits = Habits(few=True, at_once=3, may_wish=True)
    stage.change(switch, READ, setting=SOME, reason="a closer look at the next release")
    stage.wait_until(lambda: has_seen_both(READ, thresholds.GUARD.requests))
    seconds = TIMES_AS_SLOW * (evidence(READ).legacy.p95_ms or 0) / 1000
    seconds = round(min(max(seconds, LEAST_SECONDS), MOST_SECONDS), 1)
    stage.narrator.say(f"25 % of the clients are served by the new side, which begins to take {seconds:g} s")
    await_guard(stage, Release(order_list=SLOW, seconds=seconds))
    stage.stack.deploy(Release())


def turn_faulty(stage: Stage) -> None:
    """Only a tester is in the canary when it raises an exception: what legacy answers to others is compared."""
    stage.clients.habits = Habits(few=True, may_wish=True)
    stage.change(switch, READ, setting=TESTERS, reason="fast again: for testers only", force=True)
    stage.narrator.say(f"Forced again into a canary of 0 % and who sends {HEADER}. Now it raises exceptions")
    tester = Tester(stage.clients)
    tester.start()
    with stage.joined_by(tester):
        await_guard(stage, Release(order_list=STUMBLING))
    stage.stack.deploy(Release())
    stage.trials.tester_errors = tester.errors
    show(stage, READ, mismatches(READ, ago=1))


def await_guard(stage: Stage, release: Release) -> None:
    """Deploy ``release``, and wait until the guard has taken the endpoint back for it."""
    began, since = time.monotonic(), timezone.now()
    stage.stack.deploy(release)
    with stage.narrator.busy("Waiting for the guard"):
        stage.wait_until(is_taken_back)
    row = row_of(READ)
    if not is_taken_back():
        stage.trials.broken.append(f"The guard has not taken back a candidate that is {release.order_list}")
        stage.switch(READ, Mode.LEGACY)
        return
    assert row.changed_at is not None
    seconds = (row.changed_at - since).total_seconds()
    stage.switches.append(Switch(endpoint=READ, mode=Mode.LEGACY, began=began, at=began + seconds))
    stage.trials.taken_back.append(
        TakenBack(mistake=release.order_list, reason=row.reason, seconds=round(seconds, 1))
    )
    stage.narrator.say(f"Taken back to legacy by the {row.changed_by} after {seconds:.1f} s: {row.reason}")


def is_taken_back() -> bool:
    row = row_of(READ)
    return (row.mode, row.changed_by) == (Mode.LEGACY, GUARD)
