"""Planted bugs: whatever is wrong with a candidate is found in what it is asked anyway, and reads as its cause."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import connection, transaction

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import Mismatch
from cqrs_routing.testing import endpoint_in_mode
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, Product
from legacy_app.rides.models import Driver

from .conftest import compared, titles
from .planted import dashboard, nearby, orders, products
from .planted.market import open_market
from .planted.requests import (
    DASHBOARD,
    NEARBY,
    ORDERS,
    PRODUCTS,
    QUERIES,
    ROW_BY_ROW,
    ask,
    ask_everything,
    how_many,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market(transactional_db, settings):
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False, "SHADOW_MAX_LOAD": 1.0}
    open_market()


@contextmanager
def answered_by(endpoint: str, view) -> Iterator[None]:
    """Another candidate, in shadow."""
    before = endpoints.declared
    endpoints.replace(tuple(replace(one, view=view) if one.name == endpoint else one for one in before))
    try:
        with endpoint_in_mode(endpoint, "shadow", sampled=1.0):
            yield
    finally:
        endpoints.replace(before)


@pytest.mark.parametrize("endpoint", QUERIES)
def test_candidates_that_are_right_differ_in_nothing(endpoint, market, sent):
    with endpoint_in_mode(endpoint, "shadow", sampled=1.0):
        ask_everything(endpoint)
        found = compared(sent)
    assert len(found) == how_many(endpoint)
    assert {one.inconclusive for one in found} == {""}
    assert titles() == {}


def causes_found(endpoint, view, sent):
    """What is told of a candidate after all that the endpoint is asked."""
    sent.clear()
    Mismatch.objects.all().delete()
    with answered_by(endpoint, view.as_view()):
        ask_everything(endpoint)
        compared(sent)
    return set(titles())


PLANTED = {ORDERS: orders, PRODUCTS: products, DASHBOARD: dashboard, NEARBY: nearby}


@pytest.mark.parametrize("endpoint", PLANTED)
def test_each_bug_is_found(endpoint, market, sent, subtests):
    for bug, (view, causes) in PLANTED[endpoint].BUGS.items():
        with subtests.test(bug):
            assert causes_found(endpoint, view, sent) == causes


def test_there_are_dozens_of_them():
    assert sum(len(of.BUGS) for of in PLANTED.values()) >= 50


def test_several_bugs_at_once_read_as_that_many_causes(market, sent):
    with answered_by(ORDERS, orders.Several.as_view()):
        ask_everything(ORDERS)
        ask(ORDERS, "clerk", ROW_BY_ROW)
        compared(sent)
    assert set(titles()) == orders.SEVERAL


HOLES = {
    ORDERS: (
        lambda: Order.objects.filter(number="N-002").update(note="Ring twice"),
        {"results[].note changed"},
    ),
    PRODUCTS: (
        lambda: Product.objects.filter(sku="P08").update(price="12.36"),
        {"results[].price changed"},
    ),
    DASHBOARD: (
        lambda: Customer.objects.filter(name="Ada").update(last_contact_at=None),
        {"customers[].last_contact_at a value instead of null"},
    ),
    NEARBY: (
        lambda: Driver.objects.filter(plate="D-0").update(vehicle="Bus"),
        {"[].vehicle changed"},
    ),
}
"""Writes that leave no trace in the change log, and what is told then of candidates that are right."""


@pytest.mark.parametrize(("endpoint", "write", "causes"), [(name, *hole) for name, hole in HOLES.items()])
def test_a_hole_in_the_capture_of_writes(endpoint, write, causes, market, sent):
    with transaction.atomic(), connection.cursor() as cursor:
        write()
        cursor.execute("DELETE FROM cqrs_change_log")
    with endpoint_in_mode(endpoint, "shadow", sampled=1.0):
        ask_everything(endpoint)
        compared(sent)
    assert set(titles()) == causes
