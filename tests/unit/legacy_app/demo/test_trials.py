"""What a trial in shadow must have shown."""

from dataclasses import replace

import pytest

from cqrs_routing.switching.evidence import Evidence
from legacy_app.demo.trials import Trial, Trials

SEEN = Evidence(since=None, compared=20)
FINE = Trial(
    endpoint="GET orders:order-list",
    kinds={"results[].total changed": 7},
    refusal="7 of 20 compared requests differ",
    faulty=replace(SEEN, mismatched=7),
    sound=SEEN,
)


def test_a_mistake_that_is_found_and_a_gate_that_refuses_are_fine():
    assert FINE.problems(("results[].total changed",)) == []


@pytest.mark.parametrize(
    ("trial", "problem"),
    [
        (replace(FINE, kinds={}), "its mistake was not found in shadow: results[].total changed"),
        (replace(FINE, refusal=""), "the gate held although the candidate has a mistake"),
        (replace(FINE, sound=replace(SEEN, mismatched=2)), "2 false findings without the mistake"),
        (replace(FINE, sound=replace(SEEN, compared=0)), "nothing was compared without the mistake"),
    ],
)
def test_anything_else_is_a_broken_promise(trial, problem):
    assert trial.problems(("results[].total changed",)) == [f"GET orders:order-list: {problem}"]


def test_what_was_not_played_has_no_figures():
    document = Trials().document()

    assert (document["shadow"], document["rehearsal"], document["own_writes"]) == (None, None, None)
