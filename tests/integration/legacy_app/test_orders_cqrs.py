"""The slice: both order endpoints answer the same from either side, byte for byte after JSON normalisation."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cqrs_read.testing import refresh_now
from cqrs_routing.testing import endpoint_in_mode
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import drain_now
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Collection, Order, Product
from legacy_app.orders_cqrs.read_models import OrderSummary, ProductCard, SalesByCityAndDay

from .conftest import Shop
from .sides import both_sides, client_of, queries_of

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


@pytest.fixture(scope="module")
def seeded(shop: Shop) -> Iterator[None]:
    with shop(0.02):
        yield


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


CATALOG, PRODUCTS = "GET orders:product-list", "/api/orders/products/"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?page=2",
        "?category=no-such",
        "?name=LAMP",
        "?max_price=20",
        "?in_stock=false",
        "?ordering=-price",
    ],
)
def test_the_catalogue(seeded: None, settings: Any, query: str) -> None:
    def ask() -> Any:
        cache.clear()  # both sides keep their answers for a minute
        return Client().get(PRODUCTS + query)

    legacy, new = both_sides(CATALOG, ask)
    assert (new.status_code, new.content) == (legacy.status_code, legacy.content)


def test_the_catalogue_of_a_category(seeded: None) -> None:
    for slug in Category.objects.filter(products__active=True).values_list("slug", flat=True)[:5]:
        cache.clear()
        legacy, new = both_sides(CATALOG, lambda slug=slug: Client().get(f"{PRODUCTS}?category={slug}"))
        assert new.content == legacy.content


def test_a_product_card_nests_categories_and_collections(seeded: None) -> None:
    collected = Collection.objects.order_by("name").first()
    product = collected.products.filter(category__parent__isnull=False).first()
    card = ProductCard.objects.get(pk=product.pk)
    assert card.categories["name"] == product.category.name
    assert card.categories["parent"]["name"] == product.category.parent.name
    assert card.collections == [{"name": name} for name in product.collections.values_list("name", flat=True)]
    assert card.gift_card == hasattr(product, "giftcard")


def test_sales_are_the_sums_of_the_summaries(seeded: None) -> None:
    expected: dict[Any, list[Any]] = {}
    for order in OrderSummary.objects.all():
        expected.setdefault((order.customer_city, order.placed_at.date()), []).append(order.total)
    found = {(row.customer_city, row.placed_on): row for row in SalesByCityAndDay.objects.all()}
    assert set(found) == set(expected)
    for key, totals in expected.items():
        row = found[key]
        assert (row.orders, row.revenue) == (len(totals), sum(totals))
        assert (row.smallest, row.largest) == (min(totals), max(totals))
