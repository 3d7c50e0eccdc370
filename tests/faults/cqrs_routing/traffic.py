"""Traffic: requests for all endpoints, of many people: reads with a filter, an ordering or a page, and writes."""

import random
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, Product
from legacy_app.rides.models import RideRequest
from legacy_app.seed.accounts import CLERKS, CUSTOMERS, DRIVERS
from legacy_app.seed.rides import CENTRE

CATEGORIES = ("kitchen", "garden", "office", "nowhere")


def orders(choice: random.Random) -> str:
    return "/api/orders/" + choice.choice(
        [
            "",
            f"?page_size={choice.randint(3, 12)}&page={choice.randint(1, 9)}",
            f"?status={choice.choice(['new', 'paid', 'shipped', 'lost'])}&page_size=10",
            f"?customer={choice.randint(1, 25)}",
            f"?ordering={choice.choice(['id', '-id'])}&page_size=8",
            f"?placed_after=2026-0{choice.randint(1, 9)}-01T00:00:00Z&page_size=10",
            "?page=x",
        ]
    )


def products(choice: random.Random) -> str:
    return "/api/orders/products/" + choice.choice(
        [
            "",
            f"?page={choice.randint(1, 3)}",
            f"?in_stock={choice.choice(['true', 'false'])}",
            f"?max_price={choice.randint(5, 90)}.50",
            f"?category={choice.choice(CATEGORIES)}",
            f"?name={choice.choice('aeiou')}&ordering=-sku&page_size=7",
        ]
    )


def dashboard(choice: random.Random) -> str:
    return f"/api/customers/dashboard/?top={choice.choice([1, 5, 20, 100, 'x'])}"


def nearby(choice: random.Random) -> str:
    lat, lng = CENTRE[0] + choice.gauss(0, 0.05), CENTRE[1] + choice.gauss(0, 0.05)
    return f"/api/rides/nearby/?lat={lat:.4f}&lng={lng:.4f}&radius_km={choice.choice([0.5, 1, 5, 50])}"


ENDPOINTS: dict[str, Callable[[random.Random], str]] = {
    "GET orders:order-list": orders,
    "GET orders:product-list": products,
    "GET customers:dashboard": dashboard,
    "GET rides:nearby": nearby,
}


def clients() -> list[Client]:
    """Clerks, customers, drivers, and somebody who has not logged in.

    What a view raises is an answer here: legacy does where an order is deleted while it is being cancelled.
    """
    found = [Client(raise_request_exception=False)]
    for user in User.objects.filter(username__in=CLERKS + CUSTOMERS + DRIVERS):
        client = Client(raise_request_exception=False)
        client.force_login(user)
        found.append(client)
    return found


def ask(choice: random.Random, people: list[Client], endpoint: str) -> None:
    choice.choice(people).get(ENDPOINTS[endpoint](choice))


Written = tuple[str, dict[str, Any]]
"""The URL and the body of a request that writes."""


def any_key(model: Any) -> Any:
    return model.objects.order_by("?").values_list("pk", flat=True)[0]


def placing(choice: random.Random) -> Written:
    skus = Product.objects.order_by("?").values_list("sku", flat=True)[: choice.randint(1, 3)]
    lines = [{"sku": sku, "quantity": choice.choice([1, 2, 1_000_000])} for sku in skus]
    return "/api/orders/", {"customer": any_key(Customer), "lines": lines, "note": "Imported"}


def paying(choice: random.Random) -> Written:
    return f"/api/orders/{any_key(Order)}/pay/", choice.choice([{}, {"amount": "1.00"}, {"amount": "99999"}])


def cancelling(choice: random.Random) -> Written:
    return f"/api/orders/{any_key(Order)}/cancel/", {}


def refunding(choice: random.Random) -> Written:
    return f"/api/orders/{any_key(Order)}/refund/", choice.choice([{}, {"amount": "0.50", "reason": "Late"}])


def updating(choice: random.Random) -> Written:
    return f"/api/customers/{any_key(Customer)}/", {"phone": str(choice.randint(1, 999))}


def requesting(choice: random.Random) -> Written:
    trip = {name: choice.random() for name in ("pickup_lat", "pickup_lng", "dropoff_lat", "dropoff_lng")}
    return "/api/rides/", {"passenger": any_key(Customer), **trip}


def accepting(choice: random.Random) -> Written:
    return f"/api/rides/{any_key(RideRequest)}/accept/", {}


def completing(choice: random.Random) -> Written:
    return f"/api/rides/{any_key(RideRequest)}/complete/", {}


def reporting(choice: random.Random) -> Written:
    return "/api/rides/drivers/position/", {"lat": choice.random(), "lng": choice.random()}


WRITES: dict[str, Callable[[random.Random], Written]] = {
    "POST orders:order-list": placing,
    "POST orders:order-pay": paying,
    "POST orders:order-cancel": cancelling,
    "POST orders:order-refund": refunding,
    "PATCH customers:customer-detail": updating,
    "POST rides:ride-list": requesting,
    "POST rides:ride-accept": accepting,
    "POST rides:ride-complete": completing,
    "POST rides:driver-position": reporting,
}


def write(choice: random.Random, people: list[Client], endpoint: str) -> None:
    url, body = WRITES[endpoint](choice)
    method = getattr(choice.choice(people), endpoint.partition(" ")[0].lower())
    method(url, body, content_type="application/json")
