"""The slice: both order endpoints answer the same from either side, byte for byte after JSON normalisation."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from rest_framework.authtoken.models import Token

from cqrs_read.testing import refresh_now
from cqrs_routing.testing import endpoint_in_mode
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import drain_now
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, Product

pytestmark = pytest.mark.django_db

READ, WRITE = "GET orders:order-list", "POST orders:order-list"
URL = "/api/orders/"
QUERIES = [
    "",
    "?page=2",
    "?page_size=100",
    "?page_size=7&page=3",
    "?page=99999",
    "?page=nonsense",
    "?status=paid",
    "?status=bogus",
    "?customer=5",
    "?customer=abc",
    "?ordering=id",
    "?ordering=-placed_at",
    "?ordering=unknown",
    "?placed_after=2026-01-01T00:00:00Z",
    "?placed_before=2026-01-01T00:00:00%2B02:00&status=shipped",
    "?placed_after=yesterday",
    "?format=json",
]


@pytest.fixture
def seeded() -> None:
    call_command("seed_legacy", "--scale", "0.02", verbosity=0)
    refresh_now()


def client_of(name: str) -> Client:
    token, _ = Token.objects.get_or_create(user=User.objects.get(username=name))
    return Client(headers={"authorization": f"Token {token.key}"})


def both_sides(endpoint: str, ask: Any) -> tuple[Any, Any]:
    """The same request answered by the monolith and by what replaces it."""
    legacy = ask()
    with endpoint_in_mode(endpoint, "cqrs"):
        new = ask()
    assert 'side;desc="legacy"' in legacy["Server-Timing"]
    assert 'side;desc="cqrs"' in new["Server-Timing"]
    return legacy, new


def queries_of(response: Any) -> int:
    found = re.search(r'desc="(\d+) quer', response["Server-Timing"])
    assert found
    return int(found[1])


@pytest.mark.parametrize("user", ["clerk1", "customer1"])
def test_the_order_list(seeded: None, user: str) -> None:
    client = client_of(user)
    for query in QUERIES:
        legacy, new = both_sides(READ, lambda query=query: client.get(URL + query))
        assert (new.status_code, json.loads(new.content)) == (
            legacy.status_code,
            json.loads(legacy.content),
        ), query
        assert new["Content-Type"] == legacy["Content-Type"]
        assert new["Vary"] == legacy["Vary"]


def test_the_order_list_to_a_stranger(seeded: None) -> None:
    legacy, new = both_sides(READ, lambda: Client().get(URL))
    assert (new.status_code, new.content) == (legacy.status_code, legacy.content)
    assert new["WWW-Authenticate"] == legacy["WWW-Authenticate"]


def test_the_order_list_takes_a_few_queries_however_long_it_is(seeded: None) -> None:
    client = client_of("clerk1")
    legacy, new = both_sides(READ, lambda: client.get(URL + "?page_size=100"))
    assert queries_of(new) == 3  # who asks, how many there are, and one page
    assert queries_of(legacy) > 1000


def test_placing_an_order(seeded: None) -> None:
    client, customer = client_of("clerk1"), Customer.objects.order_by("id").first()
    products = list(Product.objects.filter(active=True, stock__gt=20)[:3])
    body = {
        "customer": customer.pk,
        "lines": [{"sku": product.sku, "quantity": 2} for product in products],
        "note": "same on both sides",
    }
    legacy, new = both_sides(WRITE, lambda: client.post(URL, body, content_type="application/json"))
    assert legacy.status_code == new.status_code == 201
    own = {"id", "number", "placed_at"}
    as_legacy, as_new = ({k: v for k, v in r.json().items() if k not in own} for r in (legacy, new))
    assert as_new == as_legacy
    refresh_now()
    shown, _ = both_sides(READ, lambda: client.get(URL + f"?customer={customer.pk}"))
    assert new.json() in shown.json()["results"]


def test_placing_an_order_later(seeded: None) -> None:
    client, customer = client_of("clerk1"), Customer.objects.order_by("id").first()
    product = Product.objects.filter(active=True, stock__gt=20).first()
    body = {"customer": customer.pk, "lines": [{"sku": product.sku, "quantity": 1}], "note": "later"}
    with endpoint_in_mode(WRITE, "cqrs"):
        answer = client.post(URL, body, content_type="application/json", headers={"prefer": "respond-async"})
    assert answer.status_code == 202
    assert not Order.objects.filter(note="later").exists()
    assert LoggedCommand.objects.get().name == "orders_cqrs.PlaceOrder"
    drain_now()
    status = client.get(answer["Location"]).json()
    assert status["state"] == "done"
    assert status["result"]["id"] == Order.objects.get(note="later").pk
