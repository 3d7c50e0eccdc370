"""Waiting until a read model is fresh: as long as it takes, not longer than allowed, and not all in vain."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connections

from cqrs_read.backfill import backfill
from cqrs_read.refresh import refresh, waiting
from cqrs_read.refresh.waiting import Freshness, await_until_fresh, wait_until_fresh
from cqrs_write import wakeup
from cqrs_write.freshness import Token, mark
from cqrs_write.http.waiting.places import place
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary, SalesByCityAndDay

pytestmark = pytest.mark.django_db(transaction=True)

Wait = Callable[..., Freshness]
LONG = 30.0


@pytest.fixture(autouse=True)
def _nobody_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_in_vain", {})


@pytest.fixture(params=["sync", "async"])
def wait(request: Any) -> Wait:
    return wait_until_fresh if request.param == "sync" else async_to_sync(await_until_fresh)


def written() -> Token:
    Order.objects.update(note=f"changed {time.monotonic()}")
    return mark()


@contextmanager
def refreshing_soon(*read_models: Any) -> Iterator[None]:
    """Somebody else refreshes a little later."""

    def work() -> None:
        time.sleep(0.05)
        for read_model in read_models or (OrderSummary,):
            refresh(read_model)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_what_is_fresh_is_not_waited_for(wait: Wait, filled: list[Order]) -> None:
    found = wait([OrderSummary], mark(), LONG)
    assert found == Freshness()
    assert found


def test_a_refresh_ends_the_wait(wait: Wait, filled: list[Order]) -> None:
    token = written()
    with refreshing_soon():
        found = wait([OrderSummary], token, LONG)
    assert found
    assert found.waited_seconds
    assert not found.timed_out


def test_the_refreshes_of_a_chain_end_it_too(wait: Wait, filled: list[Order]) -> None:
    backfill(SalesByCityAndDay)
    token = written()
    with refreshing_soon(OrderSummary, SalesByCityAndDay):
        assert wait([SalesByCityAndDay], token, LONG).waited_seconds


def test_without_a_refresh_it_ends_when_its_time_is_over(wait: Wait, filled: list[Order]) -> None:
    found = wait([OrderSummary], written(), 0.05)
    assert not found
    assert found.timed_out
    assert found.waited_seconds is not None
    assert found.waited_seconds >= 0.05
    assert found.reason == "orders_cqrs.OrderSummary has not consumed what the freshness token covers."


def test_without_a_limit_it_is_not_waited_for(wait: Wait, filled: list[Order]) -> None:
    found = wait([OrderSummary], written(), 0)
    assert found.reason
    assert found.waited_seconds is None


def test_a_refresh_is_asked_for_once(
    wait: Wait, filled: list[Order], settings: Any, redis_client: Any
) -> None:
    settings.CQRS_READ = {"HURRY": True, "REFRESH_QUEUE": "fresh"}
    assert wait([OrderSummary], mark(), 0.05)
    assert wakeup.flush(30)
    assert redis_client.llen("fresh") == 0
    assert wait([OrderSummary], written(), 0.05).timed_out
    assert wakeup.flush(30)
    assert redis_client.llen("fresh") == 1


class TestInVain:
    def test_after_one_has_waited_in_vain_nobody_does_while_the_position_stays(
        self, wait: Wait, filled: list[Order], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "RELUCTANT_SECONDS", 0.0)
        token = written()
        assert wait([OrderSummary], token, 0.01).timed_out
        found = wait([OrderSummary], token, LONG)
        assert found.reason
        assert found.waited_seconds is None
        refresh(OrderSummary)
        token = written()
        with refreshing_soon():
            assert wait([OrderSummary], token, LONG).waited_seconds

    def test_nor_for_a_while_where_it_moves_too_slowly(self, wait: Wait, filled: list[Order]) -> None:
        assert wait([OrderSummary], written(), 0.01).timed_out
        refresh(OrderSummary)
        found = wait([OrderSummary], written(), LONG)
        assert found.reason
        assert found.waited_seconds is None

    def test_who_is_patient_does(self, filled: list[Order]) -> None:
        token = written()
        assert wait_until_fresh([OrderSummary], token, 0.01).timed_out
        with refreshing_soon():
            assert wait_until_fresh([OrderSummary], token, LONG, patient=True)

    def test_what_no_refresh_would_bring_is_not_waited_for(self, wait: Wait, shop: list[Order]) -> None:
        found = wait([OrderSummary], mark(), LONG)
        assert found.reason.endswith("has not been backfilled.")
        assert found.waited_seconds is None


class TestPlaces:
    def test_where_no_place_is_left_it_is_not_waited_for(
        self, wait: Wait, filled: list[Order], settings: Any
    ) -> None:
        settings.CQRS_WRITE = {"WAITING_REQUESTS": 0}
        found = wait([OrderSummary], written(), LONG)
        assert found.reason
        assert found.waited_seconds is None

    def test_the_place_is_given_back(self, wait: Wait, filled: list[Order], settings: Any) -> None:
        settings.CQRS_WRITE = {"WAITING_REQUESTS": 1}
        assert wait([OrderSummary], written(), 0.01).timed_out
        with place() as given:
            assert given


def test_a_token_without_numbers_waits_for_everything_that_is_there(wait: Wait, filled: list[Order]) -> None:
    written()
    with refreshing_soon():
        found = wait([OrderSummary], Token(), LONG)
    assert found.waited_seconds
    assert found.foreign
