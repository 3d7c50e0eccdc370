"""A small shop with its read model filled, and the truth about it from the legacy side."""

from typing import Any

import pytest

from cqrs_read.backfill import backfill
from cqrs_read.refresh import refresh
from cqrs_read.standing import serving
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer


@pytest.fixture(autouse=True)
def _ask_again() -> None:
    serving.forget()


@pytest.fixture
def shop(transactional_db: None) -> list[Order]:
    """Five orders of two customers, one of them cancelled, over three products in two categories."""
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    garden = Category.objects.create(name="Garden", slug="garden", parent=kitchen)
    for sku, category in (("A", kitchen), ("B", garden), ("C", None)):
        Product.objects.create(sku=sku, name=f"Product {sku}", price=10, stock=50, category=category)
    customers = [Customer.objects.create(name=name, email=f"{name}@example.com") for name in ("ada", "bo")]
    orders = [Order.objects.create(customer=customers[i % 2], cancelled=i == 4) for i in range(5)]
    for place, order in enumerate(orders[:4]):
        for sku in "ABC"[: place + 1]:
            OrderLine.objects.create(order=order, product_id=sku, quantity=place + 1, unit_price="9.99")
        Payment.objects.create(order=order, amount="5.50", status="captured")
        Payment.objects.create(order=order, amount="4.50", status="failed" if place else "captured")
    return orders


@pytest.fixture
def filled(shop: list[Order]) -> list[Order]:
    backfill(OrderSummary)
    return shop


@pytest.fixture
def refreshed() -> Any:
    """Refresh, then check that the read model is what the legacy side answers."""

    def check() -> None:
        refresh(OrderSummary)
        assert read_model_answer() == legacy_answer()

    return check
