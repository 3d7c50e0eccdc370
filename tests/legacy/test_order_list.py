from datetime import UTC, datetime

import pytest
from django.utils.dateparse import parse_datetime

from legacy_app.orders.models import Order
from legacy_app.orders.permissions import IsStaffOrOrderingCustomer

URL = "/api/orders/"


@pytest.fixture
def orders(ada, bruno):
    """Four orders, one a month: Ada's from January to March, Bruno's in April."""
    return [
        Order.objects.create(customer=customer, status=status, placed_at=datetime(2026, month, 1, tzinfo=UTC))
        for month, (customer, status) in enumerate(
            [(ada, "new"), (ada, "paid"), (ada, "shipped"), (bruno, "new")], start=1
        )
    ]


def months(client, query=""):
    """The months of the orders a query finds, in the order of the answer."""
    answer = client.get(URL + query)
    assert answer.status_code == 200, answer.json()
    return [parse_datetime(order["placed_at"]).month for order in answer.json()["results"]]


def test_staff_see_all_orders_newest_first(clerk, orders):
    assert months(clerk) == [4, 3, 2, 1]


def test_customers_see_their_own(shopper, orders):
    assert months(shopper) == [3, 2, 1]


def test_orders_of_the_same_moment_come_newest_id_first(clerk, ada):
    now = datetime(2026, 5, 1, tzinfo=UTC)
    first, second = (Order.objects.create(customer=ada, placed_at=now) for _ in range(2))

    assert [order["id"] for order in clerk.get(URL).json()["results"]] == [second.pk, first.pk]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?status=new", [4, 1]),
        ("?placed_after=2026-03-01T00:00:00Z", [4, 3]),
        ("?placed_before=2026-03-01T00:00:00Z", [2, 1]),
        ("?placed_after=2026-02-01T00:00:00Z&placed_before=2026-04-01T00:00:00Z", [3, 2]),
        ("?ordering=placed_at", [1, 2, 3, 4]),
        ("?ordering=-id", [4, 3, 2, 1]),
        ("?page_size=1&page=2", [3]),
    ],
)
def test_filters_ordering_and_pages(clerk, orders, query, expected):
    assert months(clerk, query) == expected


def test_orders_of_one_customer(clerk, orders, bruno):
    assert months(clerk, f"?customer={bruno.pk}") == [4]


@pytest.mark.parametrize("query", ["?status=lost", "?customer=ada", "?placed_after=yesterday"])
def test_a_bad_filter_is_refused(clerk, query):
    assert clerk.get(URL + query).status_code == 400


def test_pages_of_25_up_to_200(clerk, ada):
    Order.objects.bulk_create(Order(customer=ada) for _ in range(201))

    assert len(clerk.get(URL).json()["results"]) == 25
    assert len(clerk.get(URL + "?page_size=1000").json()["results"]) == 200
    assert clerk.get(URL).json()["count"] == 201
    assert clerk.get(URL + "?page=99").status_code == 404


def test_cancelled_orders_are_not_listed_but_can_be_opened(clerk, orders):
    Order.objects.filter(pk=orders[0].pk).update(cancelled=True, status="cancelled")

    assert months(clerk) == [4, 3, 2]
    assert clerk.get(f"{URL}{orders[0].pk}/").json()["status"] == "cancelled"


def test_other_peoples_orders_do_not_exist_for_a_customer(shopper, orders):
    assert shopper.get(f"{URL}{orders[0].pk}/").status_code == 200
    assert shopper.get(f"{URL}{orders[3].pk}/").status_code == 404


def test_the_permission_looks_at_the_order_too(rf, customer_user, orders):
    request = rf.get(URL)
    request.user = customer_user
    allowed = IsStaffOrOrderingCustomer().has_object_permission

    assert allowed(request, None, orders[0])
    assert not allowed(request, None, orders[3])


def test_an_order_that_does_not_exist(clerk):
    assert clerk.get(f"{URL}99999999999999999999/").status_code == 404


def test_one_has_to_be_logged_in(anybody, db):
    assert anybody.get(URL).status_code == 401
