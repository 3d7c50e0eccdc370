"""Promotions: a step at a time, with the gate's evidence, by hand or by schedule."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cqrs_routing.declaration.gate import Gate
from cqrs_routing.exceptions import GateClosed, TransitionRefused
from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode
from cqrs_routing.signals import mode_changed
from cqrs_routing.switching.promotion import promote, promote_scheduled
from cqrs_routing.switching.switch import Setting, recount, set_mode, switch

from .counted import count

NAME = "GET routed:ok"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("project")]


def at_step():
    row = EndpointMode.objects.get(pk=NAME)
    return row.mode, float(row.percent)


def enough(side="shadow", **more):
    """What the gate asks for."""
    return count(
        NAME, side=side, requests=100, compared=100 if side == "shadow" else 0, milliseconds=5.0, **more
    )


def test_it_leads_through_every_step_while_the_gate_holds():
    steps = []
    for side in ("shadow", "cqrs", "cqrs", "cqrs"):
        promote(NAME, by="ann")
        steps.append(at_step())
        enough(side)
    assert steps == [("shadow", 0), ("canary", 5), ("canary", 25), ("cqrs", 25)]
    with pytest.raises(TransitionRefused, match="there is no further step"):
        promote(NAME, by="ann")


def test_the_steps_are_a_setting(settings):
    settings.CQRS_ROUTING = {"CANARY_STEPS": (50, 1)}
    promote(NAME, by="ann")
    for percent in (1, 50):
        enough("shadow")
        enough("cqrs")
        promote(NAME, by="ann")
        assert at_step() == ("canary", percent)


@pytest.mark.parametrize(
    ("seen", "lacking"),
    [
        ({"compared": 99}, "99 requests compared, 100 needed"),
        ({"compared": 200, "mismatched": 1}, "1 of 200 compared requests differ, 0.00% allowed"),
        (
            {"compared": 100, "requests": 100, "status": 500},
            "50.00% of the new side's answers are errors, of legacy's 0.00%; 1.00% more are allowed",
        ),
        (
            {"compared": 100, "requests": 300, "milliseconds": 400.0},
            "1.25 times as long is allowed",
        ),
    ],
)
def test_the_gate_says_what_is_lacking(seen, lacking):
    promote(NAME, by="ann")
    count(NAME, side="legacy", requests=100, milliseconds=100.0)
    count(NAME, side="shadow", requests=100, milliseconds=5.0)
    count(NAME, side="shadow", **seen)
    with pytest.raises(GateClosed) as closed:
        promote(NAME, by="ann")
    assert str(closed.value).startswith(f"{NAME} cannot go from shadow to canary (5 %): ")
    assert lacking in str(closed.value)
    assert at_step() == ("shadow", 0)


def test_evidence_of_an_earlier_mode_does_not_count():
    promote(NAME, by="ann")
    enough()
    set_mode(NAME, "legacy", by="ann")
    promote(NAME, by="ann")
    with pytest.raises(GateClosed, match="0 requests compared"):
        promote(NAME, by="ann")


def test_counting_anew_throws_the_evidence_away():
    promote(NAME, by="ann")
    enough(mismatched=3)
    recount(NAME, by="ann", reason="the candidate was corrected")
    with pytest.raises(GateClosed, match="0 requests compared"):
        promote(NAME, by="ann")
    enough()
    promote(NAME, by="ann")
    assert [change.reason for change in ModeChange.objects.all()][1] == "the candidate was corrected"


def test_an_endpoint_has_a_gate_of_its_own(project):
    project.replace(())
    project.read(NAME, view=print, gate=Gate(compared=1, mismatch_rate=0.6))
    promote(NAME, by="ann")
    count(NAME, side="shadow", compared=2, mismatched=1)
    promote(NAME, by="ann")
    assert at_step() == ("canary", 5)


def test_the_history_keeps_the_evidence_and_who_was_in():
    promote(NAME, by="ann")
    enough(mismatched=1)
    promote(NAME, by="ann", force=True, reason="the one difference is a typo")
    change = ModeChange.objects.first()
    assert (change.old, change.new, change.by, change.forced) == ("shadow", "canary", "ann", True)
    assert change.canary["percent"] == 5
    assert (change.evidence["compared"], change.evidence["mismatched"]) == (100, 1)
    assert change.evidence["shadow"]["requests"] == 100


def test_more_of_a_canary_needs_the_gate_and_less_does_not():
    canary = Setting(mode=Mode.CANARY, canary=Canary(percent=Decimal(20)))
    switch(NAME, canary, by="ann", force=True, reason="a trial")
    more, less = (Setting(mode=Mode.CANARY, canary=Canary(percent=Decimal(percent))) for percent in (30, 10))
    with pytest.raises(GateClosed, match="0 requests served by the new side, 100 needed"):
        switch(NAME, more, by="ann")
    assert switch(NAME, less, by="ann").changed


def test_a_schedule_goes_on_while_the_gate_holds():
    promote(NAME, by="ann", every=10)
    assert promote_scheduled() == []
    soon = timezone.now() + timedelta(minutes=11)
    assert promote_scheduled(soon) == []
    assert at_step() == ("shadow", 0)
    enough()
    [switched] = promote_scheduled(soon)
    assert str(switched) == "from shadow to canary (5 %)"
    change = ModeChange.objects.first()
    assert (change.by, change.reason) == ("schedule", "every 10 minutes while the gate holds")
    for _ in range(2):
        enough("cqrs")
        promote_scheduled(soon)
    assert at_step() == ("cqrs", 25)
    assert EndpointMode.objects.get(pk=NAME).promote_every is None


def test_going_back_ends_the_schedule():
    promote(NAME, by="ann", every=10)
    set_mode(NAME, "legacy", by="ann")
    assert EndpointMode.objects.get(pk=NAME).promote_every is None


def test_a_change_is_signalled_when_it_is_committed(django_capture_on_commit_callbacks):
    told = []
    receiver = lambda change, **kwargs: told.append((change.endpoint, change.new))  # noqa: E731
    mode_changed.connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            promote(NAME, by="ann")
            assert told == []
    finally:
        mode_changed.disconnect(receiver)
    assert told == [(NAME, "shadow")]
