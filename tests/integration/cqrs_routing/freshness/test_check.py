"""Whether a read is served by read models, given the token that it brings."""

import logging
import threading
import time

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections, transaction
from django.test import RequestFactory

from cqrs_read.refresh import refresh
from cqrs_routing.freshness import check as freshness_check
from cqrs_routing.freshness.check import areason_not_fresh, reason_not_fresh
from cqrs_routing.freshness.events import events
from cqrs_write.freshness import Token, mark
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_routing.views import ok

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["sync", "async"])
def check(request):
    return reason_not_fresh if request.param == "sync" else async_to_sync(areason_not_fresh)


@pytest.fixture(autouse=True)
def _briefly(settings, project, monkeypatch):
    monkeypatch.setattr(freshness_check, "_troubled", set())
    settings.CQRS_ROUTING = {"FRESHNESS_WAIT": 0.01}


def asking(token=None):
    return RequestFactory().get("/", headers={} if token is None else {"Freshness-Token": str(token)})


def written():
    Order.objects.update(note=f"changed {time.monotonic()}")
    return mark()


def test_without_a_token_nothing_is_asked(check, endpoint, django_assert_num_queries):
    written()
    request = asking()
    assert check(request, endpoint) == ""
    assert events(request) == ()


def test_an_endpoint_without_read_models_is_always_fresh(check, project, transactional_db):
    project.replace(())
    project.read("GET routed:ok", view=ok)
    assert check(asking(written()), project.get("GET routed:ok")) == ""


def test_rows_that_lack_the_write_are_not_served_and_those_that_have_it_are(check, endpoint):
    token = written()
    assert check(asking(token), endpoint) == (
        "orders_cqrs.OrderSummary has not consumed what the freshness token covers."
    )
    refresh(OrderSummary)
    assert check(asking(token), endpoint) == ""


def test_a_wait_in_vain_is_counted(check, endpoint):
    request = asking(written())
    assert check(request, endpoint)
    assert events(request) == ("freshness_timeout",)
    # Nobody waits again for what has not moved.
    request = asking(written())
    assert check(request, endpoint)
    assert events(request) == ()


def test_a_wait_that_helped_is_counted(check, endpoint, settings):
    settings.CQRS_ROUTING = {"FRESHNESS_WAIT": 30.0}
    request = asking(written())

    def work():
        time.sleep(0.05)
        refresh(OrderSummary)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    assert check(request, endpoint) == ""
    thread.join()
    assert events(request) == ("freshness_waited",)


def test_an_endpoint_may_wait_as_long_as_it_says(check, project, order):
    project.replace(())
    project.read("GET routed:ok", view=ok, read_model=OrderSummary, freshness_wait=0.0)
    request = asking(written())
    assert check(request, project.get("GET routed:ok"))
    assert events(request) == ()


@pytest.mark.parametrize("header", ["forged", "é", "x" * 9_000])
def test_a_forged_token_counts_for_nothing_and_is_counted(check, endpoint, header):
    written()
    request = RequestFactory().get("/", headers={"Freshness-Token": header})
    assert check(request, endpoint) == ""
    assert events(request) == ("freshness_forged",)


def test_one_of_another_database_asks_for_all_there_is_and_is_counted(check, endpoint):
    foreign = Token(numbers={"deadbeef": 1})
    request = asking(foreign)
    assert check(request, endpoint) == ""
    assert events(request) == ("freshness_foreign",)
    written()
    assert check(asking(foreign), endpoint)


class TestTrouble:
    @pytest.fixture
    def without_table(self, endpoint):
        self.rename("cqrs_read_model_state", "hidden")
        yield
        self.rename("hidden", "cqrs_read_model_state")

    def rename(self, old, new):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")

    def test_what_cannot_be_told_is_left_to_legacy_and_logged_once(
        self, check, endpoint, without_table, caplog
    ):
        token = mark()
        for _ in range(3):
            assert check(asking(token), endpoint).startswith(
                "cannot tell whether its read models are fresh: "
            )
        assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1

    def test_a_transaction_around_it_stays_whole(self, endpoint, without_table):
        token = mark()
        with transaction.atomic():
            assert reason_not_fresh(asking(token), endpoint)
            assert Order.objects.exists()


def test_nobody_counts_its_queries(endpoint, django_assert_num_queries):
    token = written()
    with django_assert_num_queries(0):
        assert reason_not_fresh(asking(token), endpoint)
