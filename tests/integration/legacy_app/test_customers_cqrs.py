"""The customer dashboard answers the same from either side, byte for byte."""

from collections.abc import Iterator

import pytest

from cqrs_read.testing import refresh_now
from legacy_app.customers.models import Address, Customer, Tag
from legacy_app.customers.serializers import CustomerSerializer
from legacy_app.customers_cqrs.read_models import CustomerCard

from .conftest import Shop
from .sides import both_sides, client_of, queries_of

pytestmark = pytest.mark.django_db

DASHBOARD, URL = "GET customers:dashboard", "/api/customers/dashboard/"


@pytest.fixture(scope="module")
def seeded(shop: Shop) -> Iterator[None]:
    with shop(0.02):
        yield


@pytest.mark.parametrize("query", ["", "?top=3", "?top=100", "?top=0", "?top=all"])
def test_the_dashboard(seeded: None, query: str) -> None:
    client = client_of("clerk1")
    legacy, new = both_sides(DASHBOARD, lambda: client.get(URL + query))
    assert (new.status_code, new.content) == (legacy.status_code, legacy.content)


def test_customers_do_not_see_it(seeded: None) -> None:
    client = client_of("customer1")
    legacy, new = both_sides(DASHBOARD, lambda: client.get(URL))
    assert (new.status_code, new.content) == (legacy.status_code, legacy.content)
    assert new.status_code == 403


def test_four_queries_whatever_the_number_of_customers(seeded: None) -> None:
    client = client_of("clerk1")
    legacy, new = both_sides(DASHBOARD, lambda: client.get(URL))
    assert queries_of(new) == 4  # who asks, totals, customers, cities
    assert queries_of(legacy) > 80


def test_without_customers(seeded: None) -> None:
    Customer.objects.update(deleted_at="2026-01-01T00:00:00Z")
    refresh_now()
    client = client_of("clerk1")
    legacy, new = both_sides(DASHBOARD, lambda: client.get(URL))
    assert new.content == legacy.content


def test_a_card_holds_what_the_customer_endpoint_shows(seeded: None) -> None:
    tagged = Customer.objects.order_by("id")[0]
    tagged.tags.set([Tag.objects.create(name=name) for name in ("press", "first")])
    Address.objects.filter(customer=Customer.objects.order_by("id")[1]).update(is_default=False)
    Customer.objects.order_by("id")[2].delete()
    refresh_now()
    cards = {card.pk: card for card in CustomerCard.objects.all()}
    assert len(cards) == Customer.objects.count() < Customer.all_objects.count()
    for customer in Customer.objects.all():
        shown, card = CustomerSerializer(customer).data, cards[customer.pk]
        assert [tag["name"] for tag in card.tags] == shown["tags"]
        assert card.default_address == shown["default_address"]
        assert (card.order_count, card.last_order) == (shown["order_count"], shown["last_order"])
