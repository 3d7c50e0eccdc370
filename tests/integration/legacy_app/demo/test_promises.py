"""Promises are checked by the orders that exist, not by what the command log says."""

import pytest

from cqrs_write.models import LoggedCommand
from legacy_app.customers.models import Customer
from legacy_app.demo.clients import NOTE, Placed
from legacy_app.demo.promises import kept
from legacy_app.orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    customer = Customer.objects.create(name="Ada", email="ada@example.com")
    return lambda name: Order.objects.create(customer=customer, note=NOTE + name)


def placed(name: str, status: int) -> Placed:
    return Placed(note=NOTE + name, status=status)


def log(name: str, **fields: object) -> LoggedCommand:
    return LoggedCommand.objects.create(
        name="orders_cqrs.PlaceOrder", payload={"note": NOTE + name}, queue="orders", lane_key=1, **fields
    )


def test_each_order_once_is_what_was_promised(order):
    order("inline")
    order("later")

    promises = kept([placed("inline", 201), placed("later", 202)])

    assert (promises.created, promises.accepted, promises.done, promises.lost) == (1, 1, 1, ())


def test_an_accepted_order_that_is_nowhere_is_lost_whatever_the_log_says():
    log("later", state="done")

    assert len(kept([placed("later", 202)]).lost) == 1


def test_an_order_that_is_there_twice_is_a_broken_promise(order):
    order("twice")
    order("twice")

    assert "there are 2 orders" in kept([placed("twice", 202)]).lost[0]


def test_a_dead_command_with_a_cause_is_not_lost():
    log("hopeless", state="dead", error="CommandRejected: no stock")

    promises = kept([placed("hopeless", 202)])

    assert (promises.dead, promises.lost) == (1, ())


def test_a_dead_command_with_an_effect_is_a_broken_promise(order):
    order("half")
    log("half", state="dead", error="ValueError: late")

    assert len(kept([placed("half", 202)]).lost) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_a_request_without_an_answer_may_have_placed_its_order_or_not(order, count):
    for _ in range(count):
        order("unknown")

    assert kept([placed("unknown", 0)]).lost == ()
