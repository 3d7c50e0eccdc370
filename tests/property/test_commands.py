"""Any order of accepting, executing, dying, retrying, cancelling, discarding and purging keeps what is promised."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cqrs_write import operations
from cqrs_write.bus import accept
from cqrs_write.definition.registry import registry
from cqrs_write.execution import drain
from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING, State
from tests.integration.cqrs_write.commands.conftest import _not_eager, _probe_app
from tests.integration.cqrs_write.commands.probe.commands import Block, Break, Probe, Share, Stumble, Write
from tests.integration.cqrs_write.commands.probe.models import Effect

__all__ = ["_not_eager", "_probe_app"]

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES, LONG_EXAMPLES, STEPS = 60, 2_000, 30
KINDS: dict[str, Any] = {
    "write": lambda text, lane: Write(text=text, lane=lane),
    "share": lambda text, lane: Share(text=text, lane=lane),
    "share that fails": lambda text, lane: Share(text=text, lane=lane, fails=True),
    "once more": lambda text, lane: Stumble(text=text, lane=lane, times=1),
    "hopeless": lambda text, lane: Stumble(text=text, lane=lane, times=9),
    "break": lambda text, lane: Break(text=text, lane=lane),
    "block": lambda text, lane: Block(text=text, lane=lane),
}


class Died(BaseException):
    """The worker's process ends in the middle of a handler: no code of it runs any more."""


@dataclass
class Mortal:
    """Has the worker die at its so-many-th call of a handler."""

    left: int | None = None
    functions: dict[Any, Any] = field(default_factory=dict)

    def __call__(self, function: Any) -> Any:
        def handler(command: Probe, context: Any) -> Any:
            result = function(command, context)
            if self.left is not None:
                self.left -= 1
                if self.left <= 0:
                    raise Died
            return result

        return handler


@pytest.fixture
def mortal(_probe_app: None) -> Iterator[Mortal]:
    """Every handler of the probe may end its worker."""
    made = Mortal()
    handlers = [handler for handler in registry if handler.queue == "probe" and not handler.batch]
    for handler in handlers:
        made.functions[handler] = handler.function
        object.__setattr__(handler, "function", made(handler.function))
    yield made
    for handler, function in made.functions.items():
        object.__setattr__(handler, "function", function)


class Commands(RuleBasedStateMachine):
    """What the log and the effects must show, whatever has happened."""

    mortal: ClassVar[Mortal]
    accepted = Bundle("accepted")

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.lanes: dict[str, list[str]] = {}
        """The texts of each lane in order of acceptance."""
        self.late: set[str] = set()
        """Commands that others of their lane may have passed: they were dead for a while."""
        self.purged: dict[str, str] = {}
        """The states in which commands left the log."""

    def teardown(self) -> None:
        self.work_off()
        self.mortal.left = None
        LoggedCommand.objects.all().delete()
        Effect.objects.all().delete()

    @rule(
        target=accepted,
        lane=st.sampled_from(["a", "b", ""]),
        kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6),
    )
    def accept(self, lane: str, kinds: list[str]) -> Any:
        texts = []
        for kind in kinds:
            self.number += 1
            texts.append(f"{self.number:04}")
            accept(KINDS[kind](texts[-1], lane))
        self.lanes.setdefault(lane, []).extend(texts)
        return multiple(*texts)

    @rule(target=accepted, lane=st.sampled_from(["a", "b"]))
    @precondition(lambda self: self.number)
    def accept_and_roll_back(self, lane: str) -> Any:
        with transaction.atomic():
            accept(Write(text="rolled back", lane=lane))
            transaction.set_rollback(True)
        return multiple()

    @rule(seconds=st.sampled_from([0.0, 60.0]))
    @precondition(lambda self: self.number)
    def execute(self, seconds: float) -> None:
        drain("probe", seconds=seconds)

    @rule(calls=st.integers(1, 6))
    @precondition(lambda self: self.number)
    def die(self, calls: int) -> None:
        self.mortal.left = calls
        with suppress(Died):
            drain("probe", seconds=60)
        self.mortal.left = None

    @rule()
    @precondition(lambda self: self.number)
    def let_time_pass(self) -> None:
        """Retries fall due, and marks grow old."""
        long_ago = timezone.now() - timedelta(minutes=1)
        LoggedCommand.objects.filter(not_before__isnull=False).update(not_before=long_ago)
        LoggedCommand.objects.filter(state=State.RUNNING).update(marked_at=long_ago)

    @rule(text=accepted)
    def cancel(self, text: str) -> None:
        operations.cancel(self.uuids(text))

    @rule(text=accepted)
    def retry(self, text: str) -> None:
        if operations.retry(self.uuids(text)):
            self.late.add(text)

    @rule(text=accepted)
    def discard(self, text: str) -> None:
        operations.discard(self.uuids(text))

    @rule()
    @precondition(lambda self: self.number)
    def purge(self) -> None:
        later = timezone.now() + timedelta(days=365)
        before = self.states()
        operations.purge(now=later)
        gone = {text: state for text, state in before.items() if text not in self.states()}
        assert set(gone.values()) <= {State.DONE, State.DISCARDED, State.CANCELLED}
        assert {text for text in before if text not in gone} == {
            text for text, state in before.items() if state in {*PENDING, State.DEAD}
        }
        self.purged |= gone

    @invariant()
    def what_is_done_has_one_effect_and_nothing_else_has_any(self) -> None:
        effects = self.effects()
        assert len(effects) == len(set(effects))
        states = self.purged | self.states()
        assert set(effects) == {text for text, state in states.items() if state == State.DONE}

    @invariant()
    def a_lane_s_effects_are_in_order_of_acceptance(self) -> None:
        effects = self.effects()
        for lane, texts in self.lanes.items():
            if lane:
                in_time = [text for text in effects if text in texts and text not in self.late]
                assert in_time == sorted(in_time)

    @invariant()
    def nothing_passes_a_command_that_waits_or_holds(self) -> None:
        effects, states = self.effects(), self.states()
        for lane, texts in self.lanes.items():
            holding = [
                text
                for text in texts
                if lane and text not in self.late and states.get(text) in {*PENDING} and text not in effects
            ]
            if holding:
                assert not [
                    text for text in effects if text in texts and text > holding[0] and text not in self.late
                ]

    def work_off(self) -> None:
        """However it went, it comes to an end: each command is settled, dead, or behind one that holds its lane."""
        for _ in range(20):
            self.let_time_pass()
            drain("probe", seconds=60)
        states = self.states()
        for lane, texts in self.lanes.items():
            blocked = False
            for text in texts:
                blocked = blocked or (bool(lane) and self.holds(text))
                assert blocked or states.get(text, State.DONE) not in PENDING, (text, states)
        self.what_is_done_has_one_effect_and_nothing_else_has_any()

    def uuids(self, text: str) -> list[Any]:
        return list(LoggedCommand.objects.filter(payload__text=text).values_list("uuid", flat=True))

    def holds(self, text: str) -> bool:
        return LoggedCommand.objects.filter(payload__text=text, state=State.DEAD, holds_lane=True).exists()

    def states(self) -> dict[str, str]:
        return {
            payload["text"]: state for payload, state in LoggedCommand.objects.values_list("payload", "state")
        }

    def effects(self) -> list[str]:
        return list(Effect.objects.order_by("id").values_list("text", flat=True))


def try_many(mortal: Mortal, examples: int) -> None:
    Commands.mortal = mortal
    run_state_machine_as_test(
        Commands,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_commands_keep_their_promises(mortal: Mortal) -> None:
    try_many(mortal, EXAMPLES)


@pytest.mark.long
def test_commands_keep_their_promises_in_many_examples(mortal: Mortal) -> None:
    try_many(mortal, LONG_EXAMPLES)
