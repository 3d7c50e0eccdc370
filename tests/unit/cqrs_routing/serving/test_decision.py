"""Decisions: the side that a state leads to, and why."""

from decimal import Decimal

import pytest
from django.test import RequestFactory

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import TRANSITIONS, Mode
from cqrs_routing.modes.state import EndpointState
from cqrs_routing.serving.decision import decide

ENDPOINT = Endpoint(name="GET orders:order-list", view=print, kind="read")
REQUEST = RequestFactory().get("/")
EVERYBODY = Canary(percent=Decimal(100))


def decided(**state):
    return decide(ENDPOINT, EndpointState(**state), REQUEST)


@pytest.mark.parametrize(
    ("mode", "side"),
    [(Mode.LEGACY, "legacy"), (Mode.SHADOW, "legacy"), (Mode.CANARY, "legacy"), (Mode.CQRS, "cqrs")],
)
def test_the_mode_decides(mode, side):
    assert decided(mode=mode).side == side


def test_a_canary_is_served_by_the_new_side_to_those_in_it():
    decision = decided(mode=Mode.CANARY, canary=EVERYBODY)
    assert (decision.side, decision.reason) == ("cqrs", "in the canary")
    assert decided(mode=Mode.CANARY).reason == "not in the canary"


@pytest.mark.parametrize("mode", [Mode.CANARY, Mode.CQRS])
def test_legacy_serves_while_the_candidate_cannot(mode):
    decision = decided(mode=mode, canary=EVERYBODY, obstacle="orders_cqrs.OrderSummary is not filled yet.")

    assert (decision.side, decision.fallback) == ("legacy", True)
    assert decision.reason == "orders_cqrs.OrderSummary is not filled yet."


@pytest.mark.parametrize("mode", [Mode.LEGACY, Mode.SHADOW, Mode.CANARY])
def test_an_obstacle_is_nothing_to_requests_that_legacy_serves_anyway(mode):
    assert not decided(mode=mode, obstacle="not filled yet").fallback


def test_every_mode_leads_back_to_legacy():
    assert {old for old, new in TRANSITIONS if new is Mode.LEGACY} == set(Mode) - {Mode.LEGACY}


def test_every_mode_but_the_last_leads_a_step_on():
    assert {old for old in Mode if (old, old.next) in TRANSITIONS and old.next is not old} == set(Mode) - {
        Mode.CQRS
    }


def test_every_transition_has_its_reason():
    assert all(reason.endswith(".") for reason in TRANSITIONS.values())
