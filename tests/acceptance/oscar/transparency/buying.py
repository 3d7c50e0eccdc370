"""Buying: the basket, the voucher, the steps of the checkout, the order."""

from typing import Any

from oscar.core.loading import get_model

from tests.integration.legacy_app.transparency.form import form_of
from tests.integration.legacy_app.transparency.site import Site
from tests.integration.legacy_app.transparency.visitor import Visitor

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Berg",
    "line1": "Mill Street 1",
    "line4": "Ashford",
    "postcode": "N1 9RT",
    "country": "GB",
}
STEPS = (
    "",
    "shipping-address/",
    "shipping-method/",
    "payment-method/",
    "payment-details/",
    "preview/",
    "thank-you/",
)


def walk(site: Site, visitor: Visitor) -> None:
    fill_the_basket(site, visitor)
    change_the_basket(site, visitor)
    use_the_voucher(site, visitor)
    check_out(site, visitor)
    site.send(visitor, "GET", "/basket/")


def fill_the_basket(site: Site, visitor: Visitor) -> None:
    products = get_model("catalogue", "Product").objects.order_by("pk")
    first, second = products.filter(structure="standalone")[:2]
    for product, quantity in ((first, "2"), (second, "1"), (first, "1"), (first, "99999"), (first, "x")):
        site.send(visitor, "POST", f"/basket/add/{product.pk}/", {"quantity": quantity})
        site.send(visitor, "GET", "/basket/")
    parent = products.filter(structure="parent")[0]
    child = products.filter(structure="child")[0]
    site.send(visitor, "POST", f"/basket/add/{parent.pk}/", {"child_id": str(child.pk), "quantity": "1"})
    site.send(visitor, "POST", "/basket/add/999999/", {"quantity": "1"})


def change_the_basket(site: Site, visitor: Visitor) -> None:
    shown = basket_form(site, visitor)
    site.send(visitor, "POST", "/basket/", shown | {"form-0-quantity": "4"})
    site.send(visitor, "POST", "/basket/", shown | {"form-0-quantity": "-1"})
    site.send(visitor, "POST", "/basket/", basket_form(site, visitor) | {"form-1-DELETE": "on"})
    site.send(visitor, "POST", "/basket/", {})


def basket_form(site: Site, visitor: Visitor) -> dict[str, Any]:
    return dict(form_of(site.send(visitor, "GET", "/basket/").content.decode()))


def use_the_voucher(site: Site, visitor: Visitor) -> None:
    voucher = get_model("voucher", "Voucher").objects.get(code="TEN")
    for code in ("NOTHING", "TEN", "TEN", ""):
        site.send(visitor, "POST", "/basket/vouchers/add/", {"code": code})
        site.send(visitor, "GET", "/basket/")
    site.send(visitor, "POST", f"/basket/vouchers/{voucher.pk}/remove/", {})
    site.send(visitor, "POST", "/basket/vouchers/add/", {"code": "TEN"})


def check_out(site: Site, visitor: Visitor) -> None:
    for step in STEPS:
        site.send(visitor, "GET", f"/checkout/{step}")
    site.send(visitor, "POST", "/checkout/shipping-address/", ADDRESS | {"line1": ""})
    site.send(visitor, "POST", "/checkout/shipping-address/", ADDRESS)
    for step in STEPS[2:]:
        site.send(visitor, "GET", f"/checkout/{step}")
    site.send(visitor, "POST", "/checkout/preview/", {})
    site.send(visitor, "POST", "/checkout/preview/", {"action": "place_order"})
    site.send(visitor, "GET", "/checkout/thank-you/")
    site.send(visitor, "POST", "/checkout/preview/", {"action": "place_order"})
