"""One read endpoint over a read model that is filled, in mode ``cqrs``."""

import pytest

from cqrs_read.backfill import backfill
from cqrs_read.refresh import waiting
from cqrs_read.standing import serving
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.snapshot import modes
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_routing.views import ok

NAME = "GET routed:ok"


@pytest.fixture(autouse=True)
def _nobody_waited(monkeypatch):
    monkeypatch.setattr(waiting, "_in_vain", {})
    serving.forget()


@pytest.fixture
def order(transactional_db):
    customer = Customer.objects.create(name="ada", email="ada@example.com")
    order = Order.objects.create(customer=customer)
    backfill(OrderSummary)
    return order


@pytest.fixture
def endpoint(project, order) -> Endpoint:
    project.replace(())
    project.read(NAME, view=ok, read_model=OrderSummary)
    return project.get(NAME)


@pytest.fixture
def in_cqrs(endpoint) -> Endpoint:
    EndpointMode.objects.create(pk=NAME, mode="cqrs")
    modes.expire()
    return endpoint
