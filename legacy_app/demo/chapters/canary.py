"""The canaries: the new side answers more and more clients, each step with the gate's evidence."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode
from cqrs_routing.switching.evidence import SideEvidence
from cqrs_routing.switching.promotion import promote
from cqrs_routing.switching.switch import Setting, Switched, switch
from legacy_app.demo import thresholds
from legacy_app.demo.chapters.rehearsal import images
from legacy_app.demo.chapters.switching import tell_switches
from legacy_app.demo.clients import Habits
from legacy_app.demo.evidence import has_seen_both, refusal, row_of
from legacy_app.demo.measurements import READ, WRITE
from legacy_app.demo.stage import Stage
from legacy_app.demo.trials import Step

FIFTH = Decimal(20)
"""The percentage of legacy's answers that is compared in a rush."""


def move_reads(stage: Stage) -> None:
    """5 %, 25 %, everybody."""
    stage.clients.habits = Habits(few=True, at_once=3)
    advance(stage, partial(switch, setting=Setting(mode=Mode.CANARY, sample_percent=FIFTH)), READ)
    while row_of(READ).mode != Mode.CQRS:
        advance(stage, promote, READ)
    stage.clients.habits = Habits()
    arrive(stage, READ)


def move_writes(stage: Stage) -> None:
    """Half of the clients, everybody; and from now on clients may ask not to wait."""
    stage.clients.habits = Habits(may_wish=True)
    if stage.on_sqlite:
        stage.switch(WRITE, Mode.CQRS)
    else:
        half = Setting(mode=Mode.CANARY, canary=Canary(percent=Decimal(50)))
        advance(stage, partial(switch, setting=half), WRITE)
        images(stage, "remove")
        advance(stage, promote, WRITE)
    arrive(stage, WRITE)


def advance(stage: Stage, change: Callable[..., Switched], endpoint: str) -> None:
    """Wait until the gate holds, and let more clients in."""
    if row_of(endpoint).mode == Mode.CANARY:
        stage.wait_until(lambda: has_seen_both(endpoint, thresholds.FEWEST))
    holds = stage.wait_until(lambda: not refusal(endpoint))
    if not holds:
        stage.trials.broken.append(refusal(endpoint))
    reason = "the gate holds" if holds else "the demo goes on"
    switched = stage.change(change, endpoint, reason=reason, force=not holds)
    if switched.old is Mode.CANARY:
        remember(stage, switched)
    stage.narrator.say(f"{endpoint} went {switched}")


def remember(stage: Stage, switched: Switched) -> None:
    """Keep, and tell, what was seen before ``switched``."""
    seen, percent = switched.evidence, float(switched.old_canary.percent)
    stage.trials.steps.append(
        Step(endpoint=switched.endpoint, percent=percent, legacy=seen.legacy, cqrs=seen.cqrs)
    )
    stage.narrator.say(f"at {percent:g} %: {side('cqrs', seen.cqrs)}; {side('legacy', seen.legacy)}")


def side(name: str, seen: SideEvidence) -> str:
    return f"{name} {seen.requests:,} requests, {seen.error_rate:.1%} errors, p95 {seen.p95_ms or 0:,.0f} ms"


def arrive(stage: Stage, endpoint: str) -> None:
    """Let the load go on, and say what has changed."""
    stage.play(0.1)
    for item in stage.measurements.figures():
        if item.endpoint == endpoint:
            stage.narrator.say(
                f"by {item.side}: {item.p50_ms:,.0f} ms in the median, {item.queries:,} queries"
            )
    tell_switches(stage, 1)
