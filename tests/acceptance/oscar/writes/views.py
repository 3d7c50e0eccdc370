"""What customers and staff write by the shop's own views, in transactions of their own."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from hand import Hand

from writes.tables import Order, customers, things


def client(user: User) -> Client:
    browser = Client()
    browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return browser


def answered(response: Any, status: int) -> Any:
    if response.status_code != status:
        raise RuntimeError(f"{response.request['PATH_INFO']}: {response.status_code} {response.content!r}")
    return response


def customer_checks_out(hand: Hand) -> None:
    browser = client(hand.pick_own(customers))
    thing = hand.pick_own(things.filter(stockrecords__num_in_stock__gt=20))
    site, json = "http://testserver/api", "application/json"
    wanted = {"url": f"{site}/products/{thing.pk}/", "quantity": hand.chance.randint(1, 3)}
    answered(browser.post("/api/basket/add-product/", wanted, json), 200)
    basket = answered(browser.get("/api/basket/"), 200).json()["id"]
    address = {"last_name": "Buyer", "line1": "2 Low Road", "line4": "Town", "postcode": "N1 9RT"}
    order = {
        "basket": f"{site}/baskets/{basket}/",
        "shipping_address": address | {"country": f"{site}/countries/GB/"},
    }
    answered(browser.post("/api/checkout/", order, json), 200)


def staff_deletes_an_order(hand: Hand) -> None:
    order = hand.pick_own(Order.objects.all())
    answered(client(User.objects.get(username="admin")).delete(f"/api/admin/orders/{order.pk}/"), 204)


def staff_processes_an_order(hand: Hand) -> None:
    order = hand.pick_own(Order.objects.filter(status="Pending"))
    change = {"order_action": "change_order_status", "new_status": "Being processed"}
    browser = client(User.objects.get(username="admin"))
    answered(browser.post(f"/dashboard/orders/{order.number}/", change), 302)
