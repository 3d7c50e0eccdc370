"""The guard: it takes an endpoint back by itself, and knows when that would be wrong."""

import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from cqrs_routing.declaration.guard import Guard
from cqrs_routing.models import EndpointMode, GuardVerdict, ModeChange
from cqrs_routing.signals import taken_back
from cqrs_routing.switching.guard import watch
from cqrs_routing.switching.switch import set_mode
from cqrs_write.models import LoggedCommand

from .counted import count

NAME = "GET routed:ok"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("project")]


@pytest.fixture(autouse=True)
def _in_canary(project, db):
    set_mode(NAME, "canary", by="ann", force=True, reason="a trial")
    # For as long as the window, so that the window is whole.
    EndpointMode.objects.update(changed_at=timezone.now() - timedelta(minutes=10))


def both(new=100, legacy=100, **new_side):
    count(NAME, side="legacy", requests=legacy, milliseconds=100.0)
    count(NAME, side="cqrs", requests=new, **{"milliseconds": 5.0, **new_side})


def found():
    [one] = watch()
    return one.finding


def mode():
    return EndpointMode.objects.get(pk=NAME).mode


def test_it_holds_while_the_new_side_does_as_well():
    both()
    assert [found() for _ in range(5)] == ["hold"] * 5
    assert mode() == "canary"


def test_it_says_so_where_there_is_too_little_traffic():
    both(new=19)
    assert [found() for _ in range(5)] == ["little traffic"] * 5
    assert mode() == "canary"


@pytest.mark.parametrize(
    ("worse", "reason"),
    [
        ({"status": 500}, "100.00% of the new side's answers are errors, 0.00% of legacy's"),
        ({"milliseconds": 900.0}, "the new side's p95 is 8"),
    ],
)
def test_it_takes_back_what_fails_more_often_than_allowed(worse, reason, caplog):
    both(**worse)
    assert found() == "fail"
    assert mode() == "canary"
    with caplog.at_level(logging.ERROR, "cqrs_routing.guard"):
        [one] = watch()
    assert (one.taken_back, one.failures) == (True, 2)
    assert reason in one.reason
    assert mode() == "legacy"
    change = ModeChange.objects.first()
    assert (change.new, change.by, change.reason) == ("legacy", "guard", one.reason)
    assert change.evidence["cqrs"]["requests"] == 100
    assert f"{NAME} is taken back to legacy: {one.reason}" in caplog.text
    assert watch() == []


def test_mismatches_take_back():
    both()
    count(NAME, side="shadow", compared=100, mismatched=2)
    assert found() == "fail"
    assert watch()[0].taken_back


def test_one_failure_between_is_forgiven():
    both(status=500)
    assert found() == "fail"
    both(new=9900)
    assert found() == "hold"
    assert GuardVerdict.objects.get().failures == 0


def test_what_is_older_than_the_window_is_past():
    count(NAME, side="cqrs", requests=100, status=500, ago=120)
    both()
    assert found() == "hold"


def test_legacy_from_before_is_the_measure_where_the_window_has_none():
    set_mode(NAME, "cqrs", by="ann", force=True, reason="a trial")
    count(NAME, side="legacy", requests=100, milliseconds=10.0, ago=7200)
    count(NAME, side="cqrs", requests=100, milliseconds=900.0)
    assert found() == "fail"


def test_it_halts_where_legacy_is_the_sick_side():
    count(NAME, side="legacy", requests=100, status=500)
    count(NAME, side="cqrs", requests=100)
    assert [found() for _ in range(5)] == ["halt"] * 5
    assert mode() == "canary"


def test_it_does_not_send_back_to_a_side_that_fails_as_well():
    count(NAME, side="legacy", requests=100, status=500)
    count(NAME, side="cqrs", requests=100, status=500)
    assert found() == "hold"


def test_too_little_traffic_may_be_a_failure(project):
    project.replace(())
    project.read(NAME, view=print, guard=Guard(little_traffic="fail", failures=0))
    assert watch()[0].taken_back
    assert "0 requests in 60 s, 20 needed" in ModeChange.objects.first().reason


def test_dead_commands_are_counted_for_the_endpoint_whose_view_hands_them_in(project):
    from legacy_app.orders_cqrs.place_order import place_order_view

    project.replace(())
    project.write("POST orders:order-list", view=place_order_view)
    set_mode("POST orders:order-list", "cqrs", by="ann", force=True, reason="a trial")
    EndpointMode.objects.update(changed_at=timezone.now() - timedelta(minutes=10))
    LoggedCommand.objects.create(
        name="orders_cqrs.PlaceOrder",
        queue="orders",
        payload={},
        lane_key=1,
        state="dead",
        finished_at=timezone.now(),
    )
    [one] = watch()
    assert (one.finding, one.reason) == ("fail", "1 commands have died, 0 allowed")


def test_taking_back_is_signalled():
    told = []
    receiver = lambda change, **kwargs: told.append((change.endpoint, change.by))  # noqa: E731
    taken_back.connect(receiver)
    try:
        both(status=500)
        watch(), watch()
    finally:
        taken_back.disconnect(receiver)
    assert told == [(NAME, "guard")]


def test_endpoints_in_legacy_and_shadow_are_left_alone():
    set_mode(NAME, "shadow", by="ann")
    assert watch() == []


def test_the_command_looks_once(capsys):
    both(status=500)
    call_command("cqrs_guard")
    call_command("cqrs_guard", "--json")
    assert '"taken_back": true' in capsys.readouterr().out
    assert mode() == "legacy"
