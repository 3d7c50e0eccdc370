"""Waiting in code that reads read models itself."""

import threading
import time

import pytest
from django.db import connections

from cqrs_read.refresh import refresh
from cqrs_routing import freshness
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)


def written():
    Order.objects.update(note=f"changed {time.monotonic()}")
    return freshness.token()


def refresh_soon():
    def work():
        time.sleep(0.05)
        refresh(OrderSummary)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("read_models", [OrderSummary, [OrderSummary]], ids=["one", "several"])
def test_it_waits_for_what_the_token_covers(order, read_models):
    token, thread = written(), refresh_soon()
    assert freshness.wait_for(read_models, token, timeout=30)
    assert OrderSummary.objects.get().note == Order.objects.get().note
    thread.join()


def test_without_a_token_it_waits_for_everything_that_is_committed(order):
    written()
    thread = refresh_soon()
    assert freshness.wait_for(OrderSummary, timeout=30)
    assert OrderSummary.objects.get().note == Order.objects.get().note
    thread.join()


def test_it_tells_when_the_time_is_over_however_often_that_happened(order):
    token = written()
    for _ in range(2):
        found = freshness.wait_for(OrderSummary, token, timeout=0.01)
        assert not found
        assert found.timed_out


def test_a_token_of_nobody_asks_for_everything(order):
    written()
    assert not freshness.wait_for(OrderSummary, "forged", timeout=0.01)
    refresh(OrderSummary)
    assert freshness.wait_for(OrderSummary, "forged", timeout=0.01)


def test_names_that_are_not_there_are_told():
    with pytest.raises(AttributeError, match="no attribute 'current'"):
        freshness.current  # noqa: B018
