"""The sample's two ways to place an order write the same rows, and a handler that does not is found out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import resolve
from rest_framework.test import APIRequestFactory, force_authenticate

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.rehearsal.comparison import compare
from cqrs_routing.rehearsal.foreign_commits import committed_now
from cqrs_routing.rehearsal.images import image_plans, images_missing
from cqrs_routing.rehearsal.recorder import Recorder
from cqrs_routing.rehearsal.verdict import Verdict
from cqrs_routing.testing import only_endpoints_declared_here
from cqrs_write.capture import image_plan
from cqrs_write.capture.images import install_images, remove_all_images
from legacy_app.customers.models import Address, Customer, Note
from legacy_app.orders.models import Category, Order, OrderLine, Product, StockMovement
from legacy_app.orders_cqrs.commands import placing
from legacy_app.orders_cqrs.place_order import place_order_view

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

NAME = "POST orders:order-list"
TABLES = [Order, OrderLine, StockMovement, Product, Customer, Note]


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setattr(image_plan, "_sources", [image_plans])
    with only_endpoints_declared_here() as endpoints:
        endpoints.write(NAME, view=place_order_view, tables=TABLES)
        yield endpoints.get(NAME)
        remove_all_images("default")


@pytest.fixture
def rehearse(endpoint: Endpoint) -> Callable[..., Verdict]:
    """Send a request to the handler, whose transaction is rolled back, and to the legacy view; compare."""
    install_images(NAME)
    clerk = User.objects.create_user("clerk", is_staff=True)
    customer = Customer.objects.create(name="Ada Berg", email="ada@example.com")
    Address.objects.create(customer=customer, street="Mill 1", zip="1", city="Ashford", is_default=True)
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    for sku, price in (("KIT-1", "19.90"), ("GAR-1", "7.05")):
        Product.objects.create(sku=sku, name=sku, category=kitchen, price=price, stock=10)

    def send(view: Any, lines: list[dict[str, Any]]) -> None:
        body = {"customer": customer.pk, "lines": lines, "note": "Ring twice."}
        request = APIRequestFactory().post("/api/orders/", body, format="json")
        force_authenticate(request, clerk)
        view(request).render()

    def run(*lines: tuple[str, int], **options: Any) -> Verdict:
        asked = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
        with transaction.atomic():
            with Recorder("default") as handler:
                send(place_order_view, asked)
            transaction.set_rollback(True)
        with Recorder("default") as legacy:
            send(resolve("/api/orders/").func, asked)
        return compare(handler.recording, legacy.recording, **options)

    return run


def test_shadow_can_be_refused_until_there_are_images(endpoint: Endpoint) -> None:
    assert images_missing(endpoint) == [model._meta.db_table for model in TABLES]
    install_images(NAME)
    assert images_missing(endpoint) == []


@pytest.mark.parametrize(
    "lines",
    [
        [("KIT-1", 1)],
        [("KIT-1", 2), ("GAR-1", 3)],
        [("GAR-1", 1), ("KIT-1", 2), ("GAR-1", 1)],
        [("KIT-1", 1), ("KIT-1", 1)],
    ],
    ids=repr,
)
def test_both_sides_write_the_same_rows(rehearse: Any, lines: Any) -> None:
    verdict = rehearse(*lines)

    assert (verdict.outcome, verdict.findings, verdict.reason) == ("same", (), "")
    assert Order.objects.count() == 1


def test_what_both_sides_refuse_is_the_same(rehearse: Any) -> None:
    assert rehearse(("KIT-1", 99)).outcome == "same"
    assert Order.objects.count() == 0


def at_another_price(order: Order, lines: Any, products: Any) -> list[OrderLine]:
    for product in products.values():
        product.price += 1
    return insert_lines(order, lines, products)


insert_lines = placing.insert_lines


def test_a_table_that_is_not_declared_is_found(rehearse: Any) -> None:
    remove_all_images("default")
    with only_endpoints_declared_here() as endpoints:
        endpoints.write(NAME, view=place_order_view, tables=[table for table in TABLES if table is not Note])
        install_images(NAME)
        verdict = rehearse(("KIT-1", 1))
    assert verdict.kinds == ("customers_note: no images",)


def test_an_ignored_column_is_not_compared(rehearse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "insert_lines", at_another_price)

    assert rehearse(("KIT-1", 2), ignore=["orders_orderline.unit_price"]).outcome == "same"


def test_a_snapshot_is_taken_without_a_query_of_the_request(
    endpoint: Endpoint, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert ":" in committed_now("default")
