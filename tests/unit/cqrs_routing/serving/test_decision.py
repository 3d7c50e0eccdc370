"""Decisions: the side that a state leads to, and the transitions between modes."""

import pytest

from cqrs_routing.modes.mode import TRANSITIONS, Mode
from cqrs_routing.modes.state import EndpointState
from cqrs_routing.serving.decision import BY_MODE, decide


def test_every_mode_is_decided():
    assert set(BY_MODE) == set(Mode)


@pytest.mark.parametrize("mode", Mode)
def test_the_mode_decides(mode):
    assert decide(EndpointState(mode)).side == mode


def test_legacy_serves_while_the_candidate_cannot():
    decision = decide(EndpointState(Mode.CQRS, obstacle="orders_cqrs.OrderSummary is not filled yet."))

    assert (decision.side, decision.fallback) == ("legacy", True)
    assert decision.reason == "orders_cqrs.OrderSummary is not filled yet."


def test_an_obstacle_is_nothing_to_an_endpoint_in_legacy():
    assert not decide(EndpointState(Mode.LEGACY, obstacle="not filled yet")).fallback


def test_every_mode_leads_back_to_legacy():
    assert {old for old, new in TRANSITIONS if new is Mode.LEGACY} == set(Mode) - {Mode.LEGACY}


def test_every_transition_has_its_reason():
    assert all(reason.endswith(".") for reason in TRANSITIONS.values())
