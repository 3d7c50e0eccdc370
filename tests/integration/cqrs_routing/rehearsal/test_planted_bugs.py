"""Planted bugs: whatever is wrong with a handler is found by the request that meets it, and told by its kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import pytest
from django.core.cache import cache

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import Mismatch
from cqrs_routing.modes.mode import Mode
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic.counts import counts
from cqrs_routing.traffic.flush import flush
from cqrs_routing.traffic.totals import totals
from cqrs_write.capture.images import install_images, remove_all_images

from .planted import shop
from .planted.bugs import BUGS, Bug
from .planted.shop import Asked

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

WRITES = [endpoint.name for endpoint in endpoints.declared if endpoint.kind == "write"]


@pytest.fixture(autouse=True)
def _shop(transactional_db: None, settings: Any) -> Iterator[None]:
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False, "SHADOW_MAX_LOAD": 1.0}
    counts.take()
    shop.open_shop()
    yield
    remove_all_images("default")
    counts.take()


@contextmanager
def rehearsed(*names: str) -> Iterator[None]:
    with ExitStack() as stack:
        for name in names:
            install_images(name)
            stack.enter_context(endpoint_in_mode(name, Mode.SHADOW, sampled=1.0))
        yield


@contextmanager
def followed_by(name: str, after: Callable[[], Any]) -> Iterator[None]:
    """The endpoint's candidate does something more."""
    before = endpoints.declared
    view = endpoints.get(name).view

    @wraps(view)
    def more(request: Any, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        after()
        return response

    endpoints.replace(tuple(replace(one, view=more) if one.name == name else one for one in before))
    try:
        yield
    finally:
        endpoints.replace(before)


def told() -> dict[str, int]:
    return dict(Mismatch.objects.values_list("title", "count"))


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_bug_is_found(bug: Bug) -> None:
    with ExitStack() as stack:
        if bug.plant:
            stack.enter_context(bug.plant())
        if bug.after:
            stack.enter_context(followed_by(bug.asked.endpoint, bug.after))
        stack.enter_context(rehearsed(bug.asked.endpoint))
        bug.asked.send()
    assert told().keys() == bug.kinds


def test_there_are_dozens_of_them() -> None:
    assert len(BUGS) >= 36
    assert {bug.asked.endpoint for bug in BUGS.values()} == set(WRITES)


ORDERS = "POST orders:order-list"
CORRECT = [
    shop.PLACED,
    replace(shop.PLACED, by="ada"),
    replace(shop.PLACED, by="ben"),
    replace(shop.PLACED, by=""),
    replace(shop.PLACED, body={**shop.PLACE, "customer": 9}),
    replace(shop.PLACED, body={**shop.PLACE, "lines": []}),
    replace(shop.PLACED, body={**shop.PLACE, "lines": [{"sku": "A", "quantity": 51}]}),
    replace(shop.PLACED, body={**shop.PLACE, "lines": [{"sku": "A", "quantity": 1}] * 3}),
    replace(shop.PLACED, body={**shop.PLACE, "lines": [{"sku": "Z", "quantity": 1}], "note": "N" * 3000}),
    shop.PAYING,
    replace(shop.PAYING, body={}, by="ada"),
    replace(shop.PAYING, by="ben"),
    replace(shop.PAYING, body={"amount": "1000"}),
    shop.PAYING,
    shop.REFUNDING,
    replace(shop.REFUNDING, by="ada"),
    replace(shop.REFUNDING, body={}),
    shop.REFUNDING,
    shop.CANCELLING,
    replace(shop.CANCELLING, url=f"/api/orders/{shop.NEW}/cancel/", by="ada"),
    shop.CANCELLING,
    replace(shop.CANCELLING, url="/api/orders/77/cancel/"),
    shop.PUTTING,
    replace(shop.PUTTING, body={"email": "no address"}),
    replace(shop.PUTTING, by="ben"),
    shop.PATCHING,
    replace(shop.PATCHING, body={}, by="ada"),
    shop.REQUESTING,
    replace(shop.REQUESTING, by="ada"),
    replace(shop.REQUESTING, body={"passenger": 1}),
    shop.ACCEPTING,
    shop.ACCEPTING,
    replace(shop.ACCEPTING, by="cy"),
    replace(shop.COMPLETING, by="bo"),
    shop.COMPLETING,
    shop.COMPLETING,
    shop.REPORTING,
    replace(shop.REPORTING, by="ada"),
    replace(shop.REPORTING, body={"lat": 91, "lng": 0}),
]
"""What is asked of handlers that are right: also twice, by the wrong people, too late, and wrongly."""


def test_handlers_that_are_right_differ_in_nothing() -> None:
    with rehearsed(*WRITES):
        statuses = [asked_anew(asked) for asked in CORRECT]
        flush()
        assert told() == {}
        compared = [totals(name)["shadow"].other("compared") for name in WRITES]
    assert sum(compared) == len(CORRECT)
    assert 0 not in compared
    assert set(statuses) >= {200, 201, 400, 401, 403, 404, 409}


def asked_anew(asked: Asked) -> int:
    cache.clear()  # What is remembered of throttles.
    return asked.send().status_code
