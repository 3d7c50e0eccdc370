import csv

from django.urls import reverse

URL = "/api/customers/export.csv"


def rows(client):
    return list(csv.DictReader(client.get(URL).content.decode().splitlines()))


def test_staff_export_everybody(client, clerk_user, ada, bruno, place):
    place()
    client.force_login(clerk_user)

    first, second = rows(client)

    assert (first["name"], first["city"], first["orders"], first["vip"]) == ("Ada Berg", "Ashford", "1", "no")
    assert second["last_contact_at"] == ""


def test_customers_export_themselves(client, customer_user, ada, bruno):
    client.force_login(customer_user)

    assert [row["name"] for row in rows(client)] == ["Ada Berg"]


def test_it_asks_for_a_log_in(client, db):
    answer = client.get(URL)

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("rest_framework:login"))
