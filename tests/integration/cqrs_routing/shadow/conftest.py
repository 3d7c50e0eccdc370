"""The sample's order list in shadow: a small shop, and what its requests send to be compared."""

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cqrs_read.backfill import backfill
from cqrs_read.standing import serving
from cqrs_routing.models import Mismatch
from cqrs_routing.shadow.check import check_and_count
from cqrs_routing.shadow.sample import Sample
from cqrs_routing.shadow.sending import Sender
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic.counts import counts
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, OrderLine, Payment, Product
from legacy_app.orders_cqrs.read_models import OrderSummary

NAME = "GET orders:order-list"


@pytest.fixture(autouse=True)
def _fresh():
    serving.forget()
    counts.take()
    yield
    counts.take()


@pytest.fixture
def shop(transactional_db, settings):
    """Twelve orders of three customers, one of whom can log in; however busy the process is, all is compared."""
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False, "SHADOW_MAX_LOAD": 1.0}
    ada = User.objects.create_user("ada", password="x")
    customers = [
        Customer.objects.create(name=name, email=f"{name}@example.com", city=city, user=user)
        for name, city, user in (("Ada", "Bonn", ada), ("Bo", "Ulm", None), ("Cy", "Jena", None))
    ]
    for sku in "AB":
        Product.objects.create(sku=sku, name=f"Product {sku}", price=10, stock=50)
    for place in range(12):
        order = Order.objects.create(customer=customers[place % 3], number=f"N-{place}")
        for sku in "AB"[: 1 + place % 2]:
            OrderLine.objects.create(
                order=order, product_id=sku, quantity=place + 1, unit_price=Decimal("9.99")
            )
        Payment.objects.create(order=order, amount="5.50", status="captured")
    backfill(OrderSummary)


@pytest.fixture
def clerk(shop):
    client = Client()
    client.force_login(User.objects.create_user("clerk", is_staff=True, password="x"))
    return client


@pytest.fixture
def sent(monkeypatch):
    """The samples that requests have sent, as they arrive."""
    samples = []
    monkeypatch.setattr(
        Sender,
        "send",
        lambda self, sample: samples.append(Sample.from_dict(json.loads(json.dumps(sample.to_dict())))),
    )
    return samples


@pytest.fixture
def shadowed():
    with endpoint_in_mode(NAME, "shadow", sampled=1.0):
        yield


def compared(samples):
    """Compare what was sent."""
    return [check_and_count(sample) for sample in samples]


def titles():
    """The kinds of mismatches that are kept, with their counts."""
    return dict(Mismatch.objects.filter(is_inconclusive=False).values_list("title", "count"))
