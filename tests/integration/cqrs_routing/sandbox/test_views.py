"""Views of the monolith, run from end to end in a sandbox."""

import pytest
from django.contrib.auth.models import User
from django.core import mail
from rest_framework.test import APIClient

from cqrs_routing.sandbox.sandbox import run
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, Product, StockMovement
from legacy_app.throttling import CustomerRateThrottle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def customer():
    user = User.objects.create_user("ada")
    return Customer.objects.create(user=user, name="Ada", email="ada@example.com")


@pytest.fixture
def clerk():
    client = APIClient()
    client.force_authenticate(User.objects.create_user("clerk", is_staff=True))
    return client


@pytest.fixture
def product():
    return Product.objects.create(sku="KIT-1", name="Kettle", price="19.90", stock=10)


def test_an_order_is_placed_and_then_it_is_not(clerk, customer, product, redis_client, elsewhere):
    order = {"customer": customer.pk, "lines": [{"sku": "KIT-1", "quantity": 2}]}
    before = redis_client.keys()

    outcome = run(lambda: clerk.post("/api/orders/", order, format="json"))

    assert outcome.result.status_code == 201
    assert outcome.result.json()["total"] == "39.80"
    assert elsewhere.call(lambda: (Order.objects.count(), StockMovement.objects.count())) == (0, 0)
    product.refresh_from_db()
    assert product.stock == 10
    assert mail.outbox == []
    assert redis_client.keys() == before
    assert clerk.post("/api/orders/", order, format="json").status_code == 201
    assert Order.objects.count() == 1


def test_a_throttle_counts_nothing(customer, monkeypatch):
    monkeypatch.setattr(CustomerRateThrottle, "rate", "2/min", raising=False)
    client = APIClient()
    client.force_authenticate(customer.user)

    def get():
        return client.get("/api/customers/").status_code

    assert [run(get, tolerate=["cache"]).result for _ in range(5)] == [200] * 5
    assert run(lambda: [get() for _ in range(3)]).result == [200, 200, 429]
    assert [get() for _ in range(3)] == [200, 200, 429]
    assert run(get).result == 429
