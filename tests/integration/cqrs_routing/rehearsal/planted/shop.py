"""A small shop with its people, and requests that write to it."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from legacy_app.customers.models import Address, Customer, Tag
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product
from legacy_app.rides.models import Driver, RideRequest

RIDE, ACCEPTED_RIDE = (f"6f7b1c9e-0000-4000-8000-00000000000{number}" for number in (1, 2))
TRIP = {"pickup_lat": 1.0, "pickup_lng": 1.5, "dropoff_lat": 2.0, "dropoff_lng": 2.5}
PLACE = {
    "customer": 1,
    "lines": [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}],
    "note": "Ring twice.",
}
NEW, PAID = 1001, 1002


@dataclass(frozen=True)
class Asked:
    """One request: of which endpoint, for which URL, by whom."""

    endpoint: str
    url: str
    body: dict[str, Any] = field(default_factory=dict)
    by: str = "staff"

    def send(self) -> Any:
        client = Client()
        if self.by:
            client.force_login(User.objects.get(username=self.by))
        method = getattr(client, self.endpoint.partition(" ")[0].lower())
        return method(self.url, self.body, content_type="application/json")


PLACED = Asked("POST orders:order-list", "/api/orders/", PLACE)
PAYING = Asked("POST orders:order-pay", f"/api/orders/{NEW}/pay/", {"amount": "10.05"})
CANCELLING = Asked("POST orders:order-cancel", f"/api/orders/{PAID}/cancel/")
REFUNDING = Asked(
    "POST orders:order-refund", f"/api/orders/{PAID}/refund/", {"amount": "4.50", "reason": "Broken"}
)
PUTTING = Asked(
    "PUT customers:customer-detail",
    "/api/customers/1/",
    {"name": "Ada", "email": "Ada@example.com", "phone": "1"},
)
PATCHING = Asked("PATCH customers:customer-detail", "/api/customers/1/", {"email": "Ada.Berg@example.com"})
REQUESTING = Asked("POST rides:ride-list", "/api/rides/", {"passenger": 1, **TRIP})
ACCEPTING = Asked("POST rides:ride-accept", f"/api/rides/{RIDE}/accept/", by="bo")
COMPLETING = Asked("POST rides:ride-complete", f"/api/rides/{ACCEPTED_RIDE}/complete/", by="cy")
REPORTING = Asked(
    "POST rides:driver-position", "/api/rides/drivers/position/", {"lat": 3.25, "lng": 4.5}, by="bo"
)


def open_shop() -> None:
    User.objects.create_user("staff", is_staff=True)
    ada = Customer.objects.create(
        pk=1, user=User.objects.create_user("ada"), name="Ada", email="ada@example.com", phone="123"
    )
    Customer.objects.create(pk=2, user=User.objects.create_user("ben"), name="Ben", email="ben@example.com")
    ada.tags.add(Tag.objects.create(name="new"))
    Address.objects.create(customer=ada, street="Mill 1", zip="1", city="Ashford", is_default=True)
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    for sku, price in (("A", "5.05"), ("B", "9.90")):
        Product.objects.create(sku=sku, name=f"Product {sku}", price=price, stock=50, category=kitchen)
    for pk, status in ((NEW, "new"), (PAID, "paid")):
        order = Order.objects.create(pk=pk, customer=ada, status=status, number=f"2026-{pk:07d}")
        for sku, price, quantity in (("A", "5.05", 1), ("B", "5.00", 2), ("A", "5.05", 1)):
            OrderLine.objects.create(order=order, product_id=sku, unit_price=price, quantity=quantity)
    Payment.objects.create(order_id=PAID, amount="20.10", status="captured")
    for name in ("bo", "cy"):
        Driver.objects.create(
            user=User.objects.create_user(name), name=name, plate=name, status="available", lat=1, lng=1
        )
    RideRequest.objects.create(pk=RIDE, passenger=ada, **TRIP)
    RideRequest.objects.create(
        pk=ACCEPTED_RIDE, passenger=ada, driver=Driver.objects.get(name="cy"), status="accepted", **TRIP
    )
    Driver.objects.filter(name="cy").update(status="busy")
