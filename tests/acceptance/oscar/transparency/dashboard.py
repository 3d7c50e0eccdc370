"""The dashboard: orders, products, categories, vouchers, offers, partners, users, as the staff see and change them."""

from typing import Any

from oscar.core.loading import get_model

from tests.integration.legacy_app.transparency.form import form_of
from tests.integration.legacy_app.transparency.site import Site
from tests.integration.legacy_app.transparency.visitor import Visitor

EDITED = (
    ("catalogue", "Product", "catalogue/products/{}/"),
    ("catalogue", "Category", "catalogue/categories/{}/update/"),
    ("catalogue", "ProductClass", "catalogue/product-type/{}/update/"),
    ("partner", "Partner", "partners/{}/"),
    ("offer", "Range", "ranges/{}/"),
    ("offer", "ConditionalOffer", "offers/{}/metadata/"),
    ("offer", "ConditionalOffer", "offers/{}/condition/"),
    ("offer", "ConditionalOffer", "offers/{}/incentive/"),
    ("offer", "ConditionalOffer", "offers/{}/restrictions/"),
    ("voucher", "Voucher", "vouchers/update/{}/"),
)
"""What is edited with a form that shows it."""

SHOWN = (
    ("catalogue", "Category", "catalogue/categories/{}/"),
    ("catalogue", "Product", "catalogue/products/{}/delete/"),
    ("offer", "Range", "ranges/{}/products/"),
    ("offer", "ConditionalOffer", "offers/{}/"),
    ("voucher", "Voucher", "vouchers/stats/{}/"),
    ("auth", "User", "users/{}/"),
)
SEARCHED = (
    "orders/?order_number=S1",
    "orders/?status=Pending&response_format=csv",
    "catalogue/?title=thing",
    "users/?email=customer",
    "reports/?report_type=order_report&date_from=2026-01-01&date_to=2026-12-31&download=true",
)


def walk(site: Site, admin: Visitor) -> None:
    for address in SEARCHED:
        site.send(admin, "GET", f"/dashboard/{address}")
    for app, model, address in SHOWN:
        site.send(admin, "GET", address_of(app, model, address))
    for app, model, address in EDITED:
        edit(site, admin, address_of(app, model, address))
    work_on_an_order(site, admin)
    create(site, admin)
    for address in ("orders/nothing/", "catalogue/products/999999/", "users/999999/"):
        site.send(admin, "GET", f"/dashboard/{address}")
    user = get_model("auth", "User").objects.order_by("pk")[1].pk
    site.send(admin, "POST", f"/dashboard/users/{user}/password-reset/", {})


def address_of(app: str, model: str, address: str) -> str:
    key = get_model(app, model).objects.order_by("pk").values_list("pk", flat=True)[0]
    return f"/dashboard/{address.format(key)}"


def edit(site: Site, admin: Visitor, address: str) -> None:
    """Send the form as it is shown, and an empty one."""
    shown: dict[str, Any] = dict(form_of(site.send(admin, "GET", address).content.decode()))
    site.send(admin, "POST", address, shown)
    site.send(admin, "POST", address, {})


def work_on_an_order(site: Site, admin: Visitor) -> None:
    order = (
        get_model("order", "Order").objects.filter(status="Pending", lines__isnull=False).order_by("pk")[0]
    )
    line = order.lines.order_by("pk")[0].pk
    address = f"/dashboard/orders/{order.number}/"
    site.send(admin, "GET", f"{address}lines/{line}/")
    site.send(admin, "GET", f"{address}shipping-address/")
    steps: list[dict[str, Any]] = [
        {"order_action": "save_note", "message": "Called."},
        {"order_action": "change_order_status", "new_status": "Complete"},
        {"order_action": "change_order_status", "new_status": "Being processed"},
        {
            "line_action": "change_line_statuses",
            "selected_line": [str(line)],
            "new_status": "Being processed",
        },
        {"order_action": "create_order_payment_event", "amount": "1.00"},
        {},
    ]
    for form in steps:
        site.send(admin, "POST", address, form)
        site.send(admin, "GET", address)


def create(site: Site, admin: Visitor) -> None:
    for address, form in (
        ("partners/create/", {"name": "Partner D", "code": "partner-d"}),
        ("catalogue/categories/create/", {"name": "Shelf D", "_position": "first-child", "_ref_node_id": ""}),
        ("ranges/create/", {"name": "Some", "is_public": "on"}),
        ("pages/create/", {"title": "About", "url": "/about/", "content": "Us"}),
    ):
        site.send(admin, "POST", f"/dashboard/{address}", form)
        site.send(admin, "POST", f"/dashboard/{address}", {})
    product = get_model("catalogue", "Product").objects.filter(structure="standalone").order_by("-pk")[0].pk
    site.send(admin, "POST", f"/dashboard/catalogue/products/{product}/delete/", {})
