"""Readiness: for how long an endpoint has been without legacy, by history and counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cqrs_routing.exceptions import RoutingError
from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.retirement.readiness import readiness_of
from cqrs_routing.switching.switch import recount, set_mode
from tests.integration.cqrs_routing.switching.counted import count

NAME = "GET routed:ok"
OTHER = "GET keyed"
DAY = 24 * 3600

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(project):
    return project.get(NAME)


def move(*, days_ago):
    """Put the endpoint in cqrs as if that had been some days ago."""
    set_mode(NAME, "cqrs", by="ann", reason="moved", force=True)
    at = timezone.now() - timedelta(days=days_ago)
    ModeChange.objects.update(at=at)
    EndpointMode.objects.update(changed_at=at)


def moved_and_counted():
    move(days_ago=20)
    count(OTHER, side="legacy", requests=1, ago=20 * DAY)
    count(NAME, side="cqrs", requests=7, ago=3 * DAY)


def test_it_is_ready_after_days_without_legacy(endpoint):
    moved_and_counted()
    readiness = readiness_of(endpoint, days=14)
    assert readiness.is_ready
    assert (readiness.mode, readiness.legacy_requests, readiness.cqrs_requests) == ("cqrs", 0, 7)
    assert readiness.since < timezone.now() - timedelta(days=19)


@pytest.mark.parametrize("mode", ["shadow", "canary"])
def test_it_is_not_in_another_mode(endpoint, mode):
    set_mode(NAME, mode, by="ann", reason="on its way", force=True)
    assert readiness_of(endpoint, days=14).reasons == (f"it is in {mode}",)


def test_it_is_not_before_it_was_ever_moved(endpoint):
    readiness = readiness_of(endpoint, days=14)
    assert (readiness.reasons, readiness.since, readiness.counted_since) == (("it is in legacy",), None, None)


def test_it_is_not_before_the_days_are_over(endpoint):
    moved_and_counted()
    [reason] = readiness_of(endpoint, days=21, now=timezone.now() + timedelta(minutes=1)).reasons[:1]
    assert reason.startswith("it is in cqrs since ")
    assert "21 days are over on " in reason


def test_a_change_within_cqrs_does_not_begin_the_days_anew(endpoint):
    moved_and_counted()
    recount(NAME, by="ann")
    assert readiness_of(endpoint, days=14).is_ready


def test_a_way_back_and_forth_does(endpoint):
    moved_and_counted()
    set_mode(NAME, "legacy", by="guard")
    set_mode(NAME, "cqrs", by="ann", reason="again", force=True)
    assert "it is in cqrs since" in readiness_of(endpoint, days=14).reasons[0]


def test_what_legacy_has_answered_in_the_days_counts(endpoint):
    moved_and_counted()
    count(NAME, side="legacy", requests=3, fallback=2, ago=13 * DAY)
    readiness = readiness_of(endpoint, days=14)
    assert (readiness.legacy_requests, readiness.fallbacks) == (3, 2)
    assert readiness.reasons == (
        "legacy has answered 3 of its requests in that time, 2 of them as fallbacks",
    )
    assert readiness_of(endpoint, days=12).is_ready


def test_nothing_is_known_of_days_before_counting_began(endpoint):
    move(days_ago=20)
    assert readiness_of(endpoint, days=14).reasons == (
        "not known yet: traffic was never counted, and 14 days are needed",
    )
    count(OTHER, side="legacy", requests=1, ago=10 * DAY)
    [reason] = readiness_of(endpoint, days=14).reasons
    assert reason.startswith("not known yet: traffic is counted since ")
    assert readiness_of(endpoint, days=9).is_ready


def test_legacy_is_needed_while_the_candidate_cannot_serve(project):
    from legacy_app.orders_cqrs.read_models import OrderSummary

    project.read("GET routed:extra", view=project.get(NAME).view, read_model=OrderSummary)
    moved_and_counted()
    EndpointMode.objects.update(endpoint="GET routed:extra")
    ModeChange.objects.update(endpoint="GET routed:extra")
    [reason] = readiness_of(project.get("GET routed:extra"), days=14).reasons
    assert reason.startswith("the candidate cannot serve now: orders_cqrs.OrderSummary")


@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        (36, "Traffic is kept for 35 days, so nothing is known of 36: ask for fewer, or set TRAFFIC_DAYS"),
        (0, "--days is 1 or more, 0 is not."),
    ],
)
def test_days_that_nothing_can_be_known_of_are_refused(endpoint, days, complaint):
    with pytest.raises(RoutingError, match=complaint):
        readiness_of(endpoint, days=days)


def test_the_days_that_are_kept_can_be_asked_for(endpoint):
    move(days_ago=40)
    count(OTHER, side="legacy", requests=1, ago=36 * DAY)
    assert readiness_of(endpoint, days=35).is_ready
