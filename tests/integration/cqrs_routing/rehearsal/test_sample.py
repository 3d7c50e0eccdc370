"""Every table that a rehearsed endpoint of the sample uses tells of its writers: nobody else can interfere."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from cqrs_routing.modes.mode import Mode
from cqrs_routing.rehearsal import taking
from cqrs_routing.rehearsal.interference import interference
from cqrs_routing.rehearsal.outcome import Rehearsed
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic.counts import counts
from cqrs_write.capture.images import install_images, remove_all_images
from legacy_app.customers.models import Address, Customer, Tag
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product
from legacy_app.rides.models import Driver, RideRequest

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PLACE = {"customer": 1, "lines": [{"sku": "A", "quantity": 1}]}
RIDE = {"pickup_lat": 1, "pickup_lng": 1, "dropoff_lat": 2, "dropoff_lng": 2}
RIDE_KEY = "6f7b1c9e-0000-4000-8000-000000000001"

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "POST orders:order-list": ("/api/orders/", PLACE),
    "POST orders:order-pay": ("/api/orders/1001/pay/", {}),
    "POST orders:order-cancel": ("/api/orders/1001/cancel/", {}),
    "POST orders:order-refund": ("/api/orders/1002/refund/", {}),
    "PUT customers:customer-detail": ("/api/customers/1/", {"name": "Ada", "email": "ada@example.com"}),
    "PATCH customers:customer-detail": ("/api/customers/1/", {"phone": "1"}),
    "POST rides:ride-list": ("/api/rides/", {"passenger": 1, **RIDE}),
    "POST rides:ride-accept": (f"/api/rides/{RIDE_KEY}/accept/", {}),
    "POST rides:ride-complete": (f"/api/rides/{RIDE_KEY}/complete/", {}),
    "POST rides:driver-position": ("/api/rides/drivers/position/", {"lat": 1, "lng": 1}),
}


@pytest.fixture
def people(transactional_db: None) -> Iterator[list[Client]]:
    """Somebody of the staff, who drives as well, and a customer."""
    staff = User.objects.create_user("staff", is_staff=True)
    user = User.objects.create_user("ada")
    customer = Customer.objects.create(pk=1, user=user, name="Ada", email="ada@example.com")
    customer.tags.add(Tag.objects.create(name="new"))
    Address.objects.create(customer=customer, street="Mill 1", zip="1", city="Ashford", is_default=True)
    Product.objects.create(sku="A", price=10, stock=9, category=Category.objects.create(name="K", slug="k"))
    for key in (1001, 1002):
        order = Order.objects.create(pk=key, customer=customer)
        OrderLine.objects.create(order=order, product_id="A", quantity=1, unit_price=10)
    Payment.objects.create(order=order, amount=10, status="captured")
    Driver.objects.create(user=staff, name="Bo", plate="B", status="available")
    RideRequest.objects.create(pk=RIDE_KEY, passenger=customer, **RIDE)
    clients = [Client(), Client()]
    for client, who in zip(clients, (staff, user), strict=True):
        client.force_login(who)
    yield clients
    remove_all_images("default")
    counts.take()


@pytest.fixture
def rehearsed(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[Rehearsed]:
    """What is to be compared of the rehearsals that follow."""
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False, "SHADOW_MAX_LOAD": 1.0}
    found: list[Rehearsed] = []
    monkeypatch.setattr(taking, "conclude", found.append)
    return found


@pytest.mark.parametrize("name", REQUESTS)
def test_no_table_of_it_is_mute(
    name: str, people: list[Client], rehearsed: list[Rehearsed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cqrs_routing.rehearsal.interference.foreign_commits", lambda *args: True)
    install_images(name)
    (url, body), method = REQUESTS[name], name.partition(" ")[0].lower()
    with endpoint_in_mode(name, Mode.SHADOW, sampled=1.0):
        for client in people:
            getattr(client, method)(url, body, content_type="application/json")
            cache.clear()
    assert len(rehearsed) == 2
    for one in rehearsed:
        assert one.obstacle == ""
        assert interference(one.spans["default"], *one.recordings["default"]) == ""
