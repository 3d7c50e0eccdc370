import pytest
from django.urls import reverse

from legacy_app.orders.models import Order

URL = "/api/customers/dashboard/"


@pytest.fixture
def business(place, ada, bruno):
    """Two orders of Ada in Ashford, one of Bruno without a city, and a cancelled one that does not count."""
    place(lines=[("KIT-1", 1)])
    place(lines=[("KIT-1", 2)])
    place(customer=bruno, lines=[("KIT-1", 1)])
    cancelled = place(customer=bruno)
    Order.objects.filter(pk=cancelled["id"]).update(cancelled=True)


def test_its_name():
    assert reverse("customers:dashboard") == URL


def test_totals(clerk, business):
    totals = clerk.get(URL).json()["totals"]

    assert (totals["customers"], totals["orders"], totals["revenue"]) == (2, 3, "79.60")


def test_per_customer_highest_revenue_first(clerk, business, ada):
    first, second = clerk.get(URL).json()["customers"]

    assert (first["name"], first["orders"], first["revenue"]) == ("Ada Berg", 2, "59.70")
    assert (second["name"], second["orders"], second["revenue"]) == ("Bruno Klein", 1, "19.90")
    assert first["last_contact_at"] is not None


def test_per_city(clerk, business):
    cities = clerk.get(URL).json()["cities"]

    assert [(row["city"], row["customers"], row["orders"], row["revenue"]) for row in cities] == [
        ("Ashford", 1, 2, "59.70"),
        ("", 1, 1, "19.90"),
    ]


def test_only_the_top(clerk, business):
    assert [row["name"] for row in clerk.get(URL + "?top=1").json()["customers"]] == ["Ada Berg"]


@pytest.mark.parametrize("top", ["0", "101", "all"])
def test_a_bad_top_is_refused(clerk, top):
    assert clerk.get(f"{URL}?top={top}").status_code == 400


def test_without_customers(clerk):
    assert clerk.get(URL).json()["totals"] == {
        "customers": 0,
        "orders": 0,
        "revenue": "0.00",
        "last_contact_at": None,
    }


def test_staff_only(shopper, anybody):
    assert shopper.get(URL).status_code == 403
    assert anybody.get(URL).status_code == 401
