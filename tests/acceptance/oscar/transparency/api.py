"""The shop's API, as its makers describe it: details, the basket, the checkout, the administration."""

import json
from typing import Any

from oscar.core.loading import get_model

from tests.integration.legacy_app.transparency.site import Site
from tests.integration.legacy_app.transparency.visitor import Visitor

HERE = "http://testserver/api"
DETAILS = (
    ("catalogue", "Product", "products/{}/"),
    ("catalogue", "Product", "products/{}/price/"),
    ("catalogue", "Product", "products/{}/availability/"),
    ("catalogue", "Product", "products/{}/stockrecords/"),
    ("catalogue", "Product", "admin/products/{}/"),
    ("catalogue", "Category", "categories/{}/"),
    ("offer", "Range", "ranges/{}/"),
    ("order", "Order", "orders/{}/"),
    ("order", "Order", "admin/orders/{}/"),
    ("auth", "User", "users/{}/"),
)


def walk(site: Site, visitor: Visitor) -> None:
    for app, model, address in DETAILS:
        key = get_model(app, model).objects.order_by("pk").values_list("pk", flat=True)[0]
        for found in (key, 999_999):
            site.send(visitor, "GET", f"/api/{address.format(found)}")
    for query in ("products/?limit=3&offset=2", "products/?structure=parent", "products.json", "products/x/"):
        site.send(visitor, "GET", f"/api/{query}")
    site.send(visitor, "GET", "/api/products/", accept="text/html")
    for method in ("HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
        site.send(visitor, method, "/api/products/")
    order(site, visitor)


def order(site: Site, visitor: Visitor) -> None:
    product = get_model("catalogue", "Product").objects.filter(structure="standalone").order_by("pk")[3].pk
    wanted = {"url": f"{HERE}/products/{product}/", "quantity": 2}
    for body in (wanted, wanted | {"quantity": 10_000}, wanted | {"url": "nonsense"}, {}):
        post(site, visitor, "/api/basket/add-product/", body)
    for code in ("TEN", "NOTHING"):
        post(site, visitor, "/api/basket/add-voucher/", {"vouchercode": code})
    basket = site.send(visitor, "GET", "/api/basket/").json()["id"]
    site.send(visitor, "GET", f"/api/baskets/{basket}/lines/")
    address = {"last_name": "Buyer", "line1": "2 Low Road", "line4": "Town", "postcode": "N1 9RT"}
    form = {
        "basket": f"{HERE}/baskets/{basket}/",
        "guest_email": "guest@example.org",
        "shipping_address": address | {"country": f"{HERE}/countries/GB/"},
    }
    for body in (form | {"shipping_address": {}}, form, form):
        post(site, visitor, "/api/checkout/", body)
    site.send(visitor, "GET", "/api/orders/")


def post(site: Site, visitor: Visitor, path: str, body: Any) -> None:
    site.send(visitor, "POST", path, json.dumps(body))
