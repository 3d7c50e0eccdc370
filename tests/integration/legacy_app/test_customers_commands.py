"""Updating a customer: the same answers and rows from either side, at once and later."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cqrs_write.bus import accept, dispatch
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import drain_now
from legacy_app.customers.models import Customer, Tag
from legacy_app.customers_cqrs.commands import UpdateCustomer
from legacy_app.orders.models import Order, Product
from legacy_app.orders_cqrs.commands import OrderLineInput, PlaceOrder

from .outcomes import Ask, assert_same

pytestmark = pytest.mark.django_db

PUT, PATCH = "PUT customers:customer-detail", "PATCH customers:customer-detail"


def ask(customer: Customer, body: Any, user: User | None, endpoint: str = PATCH) -> Ask:
    return Ask(endpoint=endpoint, url=f"/api/customers/{customer.pk}/", body=body, user=user)


@pytest.fixture
def known(ada: Customer) -> Customer:
    """With all that is shown of a customer."""
    ada.tags.set([Tag.objects.create(name=name) for name in ("press", "first")])
    yesterday = timezone.now() - timedelta(days=1)
    for number, cancelled in (("A-1", False), ("A-2", False), ("A-3", True)):
        Order.objects.create(customer=ada, number=number, cancelled=cancelled, placed_at=yesterday)
    Customer.objects.update(last_contact_at=yesterday, created_at=yesterday, updated_at=yesterday)
    return Customer.objects.get(pk=ada.pk)


CHANGES = [
    {"phone": "+1 555 0199"},
    {"phone": ""},
    {"name": " Ada  Lovelace ", "email": "ada@example.org"},
    {"phone": 5550199},
    {},
    {"vip": True, "city": "Nowhere", "id": 7, "created_at": None},
]
MISTAKES = [
    {"name": ""},
    {"name": None},
    {"name": "x" * 201},
    {"name": "with a zero \0"},
    {"email": "nowhere"},
    {"email": "", "phone": "x" * 41},
    {"phone": None},
    {"phone": ["a list"]},
    ["no object"],
]


@pytest.mark.parametrize("body", CHANGES, ids=repr)
def test_some_fields(body: Any, known: Customer, clerk: User) -> None:
    assert_same(ask(known, body, clerk), 200)


@pytest.mark.parametrize("body", MISTAKES, ids=lambda body: repr(body)[:40])
@pytest.mark.parametrize("endpoint", [PUT, PATCH])
def test_mistakes(endpoint: str, body: Any, known: Customer, clerk: User) -> None:
    same = assert_same(ask(known, body, clerk, endpoint), 400)
    assert same.rows == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Ada", "email": "a@example.org", "phone": "1"}, 200),
        ({"name": "Ada", "email": "a@example.org"}, 200),
        ({"name": "Ada"}, 400),
        ({}, 400),
    ],
)
def test_all_fields(body: Any, status: int, known: Customer, clerk: User) -> None:
    assert_same(ask(known, body, clerk, PUT), status)


@pytest.mark.parametrize("endpoint", [PUT, PATCH])
def test_who_may(endpoint: str, ada: Customer, bruno: Customer, clerk: User) -> None:
    body = {"name": "A", "email": "a@example.org"}
    assert_same(ask(ada, body, ada.user, endpoint), 200)
    assert_same(ask(bruno, body, clerk, endpoint), 200)
    assert_same(ask(bruno, body, ada.user, endpoint), 403)
    assert_same(ask(bruno, {"email": "nowhere"}, ada.user, endpoint), 403)
    assert_same(ask(ada, body, None, endpoint), 401)
    ada.delete()
    assert_same(ask(ada, body, clerk, endpoint), 404)
    assert_same(ask(Customer(pk=10**30), body, clerk, endpoint), 404)


def test_what_others_write_meanwhile_stays(ada: Customer) -> None:
    """The monolith would write back the columns that it had read."""
    Customer.objects.update(vip=True)

    dispatch(UpdateCustomer(customer_id=ada.pk, phone="1"))

    ada.refresh_from_db()
    assert (ada.vip, ada.phone) == (True, "1")


def test_a_customer_that_is_deleted_after_acceptance_stays_as_it_was(ada: Customer) -> None:
    accept(UpdateCustomer(customer_id=ada.pk, phone="1"))
    ada.delete()

    (dead,) = drain_now(allow_dead=True)

    assert (dead.state, dead.error) == ("dead", "NotFound: No Customer matches the given query.")
    assert Customer.all_objects.get().phone == "+1 555 0100"


def test_later_updates_of_one_customer_are_in_order(ada: Customer, bruno: Customer) -> None:
    for phone in "123":
        for customer in (ada, bruno):
            accept(UpdateCustomer(customer_id=customer.pk, phone=phone))

    drain_now()

    assert set(LoggedCommand.objects.values_list("lane", flat=True)) == {
        f"customer:{ada.pk}",
        f"customer:{bruno.pk}",
    }
    assert list(Customer.objects.values_list("phone", flat=True)) == ["3", "3"]


def test_an_update_is_in_order_with_the_customers_orders(ada: Customer) -> None:
    Product.objects.create(sku="KIT-1", name="Kettle", price="1.00", stock=9)
    order = PlaceOrder(customer_id=ada.pk, lines=(OrderLineInput(sku="KIT-1", quantity=1),))
    for number in range(5):
        accept(order)
        accept(UpdateCustomer(customer_id=ada.pk, name=f"Ada {number}"))

    placed = [row.result for row in drain_now() if row.name == "orders_cqrs.PlaceOrder"]

    expected = ["Ada Berg", "Ada 0", "Ada 1", "Ada 2", "Ada 3"]
    assert [one["customer"]["name"] for one in placed] == expected


def test_fewer_queries(known: Customer, clerk: User) -> None:
    def queries(mode: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask(known, {"phone": "1"}, clerk).side(mode).status_code == 200
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    assert queries("cqrs") < queries("legacy")
