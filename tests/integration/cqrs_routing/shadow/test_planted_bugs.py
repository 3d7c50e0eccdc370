"""Planted bugs: whatever is wrong with a candidate is found in what it is asked anyway, and reads as its cause."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.testing import endpoint_in_mode

from .conftest import compared, titles
from .planted import orders
from .planted.market import open_market
from .planted.requests import ORDERS, QUERIES, ask_everything, how_many

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market(transactional_db, settings):
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False}
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


@pytest.mark.parametrize(("view", "causes"), orders.BUGS.values(), ids=orders.BUGS)
def test_a_bug_of_the_order_list(view, causes, market, sent):
    with answered_by(ORDERS, view.as_view()):
        ask_everything(ORDERS)
        compared(sent)
    assert set(titles()) == causes
