"""Orders: placing, paying, cancelling, refunding; the catalogue; the payment provider's events."""

import json
from typing import Any

from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, Product
from legacy_app.orders.webhook import sign

from ..asks import each, each_method
from ..people import People
from ..site import Site

LISTS = (
    "",
    "?page=2&page_size=7",
    "?page=0",
    "?ordering=placed_at,-id&page_size=3",
    "?status=paid",
    "?status=nonsense",
    "?customer=1",
    "?customer=99999999999999999999",
    "?placed_after=2026-01-01T00:00:00Z&placed_before=2026-03-01T00:00:00Z",
    "?placed_after=yesterday",
)
PRODUCTS = (
    "",
    "?page=2",
    "?ordering=-price",
    "?category=nonsense",
    "?name=e",
    "?max_price=20",
    "?max_price=cheap",
    "?in_stock=true",
)
WEBHOOK = "/api/orders/payments/webhook/"
PAYMENT = "6f1c0f0e-37d4-4b44-8f5a-1a2a70c0a001"


def walk(site: Site, people: People) -> None:
    own = Customer.objects.get(user__username="customer1").pk
    look(site, people)
    orders = place(site, people, own)
    pay_and_refund(site, people, orders)
    receive_events(site, people, orders[-1])
    actions = [f"/api/orders/{orders[-1]}/{name}" for name in ("pay/", "cancel/", "refund/", "")]
    for path in (
        "/api/orders/?page_size=2",
        "/api/orders/categories/",
        "/api/orders/products/",
        WEBHOOK,
        *actions,
    ):
        each_method(site, people.few(), path)
    for path in ("/api/orders/.json", *(f"{path.rstrip('/')}.json" for path in actions)):
        each_method(site, [people.clerk], path)


def look(site: Site, people: People) -> None:
    for query in LISTS:
        each(site, [people.clerk], "GET", f"/api/orders/{query}")
    each(site, people.all(), "GET", "/api/orders/?page_size=5")
    # Twice: the second answer of a minute is the cache's.
    for query in (*PRODUCTS, *PRODUCTS):
        each(site, (people.anybody, people.customer), "GET", f"/api/orders/products/{query}")
    each(site, people.all(), "GET", "/api/orders/products/")
    each(site, people.few(), "GET", "/api/orders/categories/")
    for path in ("/api/orders/?page_size=3", "/api/orders/products/", "/api/orders/categories/"):
        for visitor in (people.anybody, people.clerk):
            site.send(visitor, "GET", path, accept="text/html")


def place(site: Site, people: People, own: int) -> list[int]:
    """Good orders of everybody, then bad ones; the keys of those that were placed."""
    first = Order.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    product = Product.objects.filter(active=True, stock__gt=100).first()
    sold_out = Product.objects.filter(active=True).order_by("stock", "sku").first()
    assert product
    assert sold_out
    line = {"sku": product.sku, "quantity": 2}
    for lines in ([line], [line, line], [{"sku": product.sku, "quantity": 1}]):
        each(
            site, people.all(), "POST", "/api/orders/", {"customer": own, "lines": lines, "note": "By noon."}
        )
    bad: list[Any] = [
        {"customer": own, "lines": []},
        {"customer": own, "lines": [{"sku": "nonsense", "quantity": 1}]},
        {"customer": own, "lines": [{"sku": product.sku, "quantity": 0}]},
        {"customer": own, "lines": [{"sku": sold_out.sku, "quantity": 10_000}]},
        {"customer": own + 1, "lines": [line]},
        {"customer": 999_999, "lines": [line]},
        {},
        "nonsense",
    ]
    for body in bad:
        each(site, people.few(), "POST", "/api/orders/", body)
    placed = list(Order.objects.filter(pk__gte=first).order_by("pk").values_list("pk", flat=True))
    each(site, people.all(), "GET", f"/api/orders/{placed[0]}/")
    each(site, people.all(), "GET", "/api/orders/999999/")
    return placed


def pay_and_refund(site: Site, people: People, orders: list[int]) -> None:
    """Everybody tries each with the same orders, so that the later ones come too late."""
    steps: list[tuple[int, str, Any]] = [
        (orders[0], "pay", {"amount": "1.00", "method": "cash"}),
        (orders[0], "pay", {}),
        (orders[0], "pay", {"amount": "nonsense"}),
        (orders[0], "refund", {"amount": "0.50", "reason": "late"}),
        (orders[0], "refund", {"amount": "100000.00"}),
        (orders[0], "refund", {}),
        (orders[1], "refund", {}),
        (orders[1], "pay", {"method": "beads"}),
        (orders[1], "cancel", {}),
        (orders[1], "pay", {}),
        (999_999, "pay", {}),
    ]
    for order, action, body in steps:
        each(site, people.all(), "POST", f"/api/orders/{order}/{action}/", body)


def receive_events(site: Site, people: People, order: int) -> None:
    number = Order.objects.get(pk=order).number
    authorized = {"event": "payment.authorized", "payment": PAYMENT, "order": number, "amount": "1.00"}
    events = [
        authorized,
        authorized,
        {"event": "payment.captured", "payment": PAYMENT},
        {"event": "payment.failed", "payment": PAYMENT},
        {"event": "payment.captured", "payment": PAYMENT.replace("a001", "a002")},
        {"event": "payment.lost", "payment": PAYMENT},
        # No number: the view does not expect it and fails.
        authorized | {"payment": PAYMENT.replace("a001", "a003"), "amount": "NaN"},
        {},
        [],
    ]
    for body in [*map(json.dumps, events), "no json"]:
        for visitor in (people.anybody, people.customer_without_csrf):
            site.send(visitor, "POST", WEBHOOK, body, x_signature=sign(body.encode()))
    site.send(people.anybody, "POST", WEBHOOK, json.dumps(authorized), x_signature="wrong")
