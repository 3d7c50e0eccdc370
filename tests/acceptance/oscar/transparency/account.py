"""An account: registering, logging in and out, a forgotten password, and all the pages of a customer."""

import re

from oscar.core.loading import get_model

from tests.integration.legacy_app.transparency.site import Site
from tests.integration.legacy_app.transparency.visitor import Visitor

from .buying import ADDRESS
from .stocking import PASSWORD

ACCOUNT = "/accounts/login/"
NEW = "an unusual password"
WISHES = {
    "name": "Wishes",
    "visibility": "Private",
    "shared_emails-TOTAL_FORMS": "0",
    "shared_emails-INITIAL_FORMS": "0",
}


def walk(site: Site, customer: Visitor) -> None:
    register(site)
    log_in_and_out(site)
    forget_the_password(site)
    mind_addresses(site, customer)
    mind_wishes(site, customer)
    look_at_orders(site, customer)
    profile = {"first_name": "Ada", "last_name": "Berg", "email": "ada@example.org"}
    for form in (profile, profile | {"email": "nonsense"}):
        site.send(customer, "POST", "/accounts/profile/edit/", form)
    change = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    for form in (change | {"new_password2": "other"}, change):
        site.send(customer, "POST", "/accounts/change-password/", form)
    site.send(customer, "POST", "/accounts/profile/delete/", {"password": "wrong"})


def register(site: Site) -> None:
    somebody = site.visitor("somebody who registers")
    form = {
        "registration-email": "new@example.org",
        "registration-password1": NEW,
        "registration-password2": NEW,
        "registration_submit": "Register",
    }
    for one in (form | {"registration-password2": "other"}, form, form):
        site.send(somebody, "POST", ACCOUNT, one)
    site.send(somebody, "POST", "/accounts/register/", {"email": "x"})
    site.send(somebody, "GET", "/accounts/profile/")
    site.send(somebody, "GET", "/accounts/logout/")
    site.send(somebody, "GET", "/accounts/profile/")


def log_in_and_out(site: Site) -> None:
    somebody = site.visitor("somebody who logs in")
    form = {"login-username": "customer1@example.org", "login-password": PASSWORD, "login_submit": "Log in"}
    for one in (form | {"login-password": "wrong"}, form, form | {"login-redirect_url": "/basket/"}):
        site.send(somebody, "POST", ACCOUNT, one)
    site.send(somebody, "GET", "/")
    site.send(somebody, "GET", "/accounts/logout/")
    site.send(somebody, "GET", "/accounts/orders/")
    site.send(somebody, "GET", "/dashboard/login/")
    for password in ("wrong", "admin"):
        site.send(somebody, "POST", "/dashboard/login/", {"username": "admin", "password": password})
    site.send(somebody, "GET", "/dashboard/")
    site.send(somebody, "POST", "/dashboard/logout/", {})


def forget_the_password(site: Site) -> None:
    somebody = site.visitor("somebody who forgot")
    site.send(somebody, "GET", "/password-reset/")
    for email in ("nonsense", "nobody@example.org", "customer2@example.org"):
        site.send(somebody, "POST", "/password-reset/", {"email": email})
    found = re.search(r"/password-reset/confirm/\S+/", " ".join(site.exchanges[-1].mails))
    link = found[0] if found else "/password-reset/confirm/x/y/"
    site.send(somebody, "GET", link)
    form = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    site.send(somebody, "POST", re.sub(r"[^/]+/$", "set-password/", link), form)
    site.send(somebody, "GET", link)


def mind_addresses(site: Site, customer: Visitor) -> None:
    for form in (ADDRESS, ADDRESS | {"line1": "Mill Street 2"}, ADDRESS | {"country": "XX"}):
        site.send(customer, "POST", "/accounts/addresses/add/", form)
    address = get_model("address", "UserAddress").objects.order_by("-pk")[0].pk
    for name in (f"{address}/", f"{address}/default_for_billing/", "999999/", f"{address}/delete/"):
        site.send(customer, "GET", f"/accounts/addresses/{name}")
    site.send(customer, "POST", f"/accounts/addresses/{address}/", ADDRESS | {"line4": "Elsewhere"})
    site.send(customer, "POST", f"/accounts/addresses/{address}/delete/", {})


def mind_wishes(site: Site, customer: Visitor) -> None:
    product = get_model("catalogue", "Product").objects.filter(structure="standalone").order_by("pk")[0].pk
    site.send(customer, "POST", "/accounts/wishlists/create/", WISHES)
    site.send(customer, "POST", f"/accounts/wishlists/add/{product}/", {})
    key = get_model("wishlists", "WishList").objects.order_by("pk")[0].key
    for name in (f"{key}/", f"{key}/update/", f"{key}/delete/"):
        site.send(customer, "GET", f"/accounts/wishlists/{name}")
    site.send(customer, "GET", f"/wishlists/{key}/")
    site.send(customer, "POST", f"/accounts/wishlists/{key}/products/{product}/delete/", {})
    site.send(customer, "POST", f"/accounts/wishlists/{key}/delete/", {})
    site.send(customer, "POST", f"/accounts/alerts/create/{product}/", {"email": "ada@example.org"})


def look_at_orders(site: Site, customer: Visitor) -> None:
    order = get_model("order", "Order").objects.order_by("-pk")[0]
    line = order.lines.order_by("pk")[0].pk
    for address in (f"{order.number}/", "nothing/", "?order_number=1&date_from=2026-01-01"):
        site.send(customer, "GET", f"/accounts/orders/{address}")
    site.send(customer, "POST", f"/accounts/orders/{order.number}/", {"action": "reorder"})
    site.send(customer, "POST", f"/accounts/orders/{order.number}/{line}/", {"action": "reorder"})
    email = get_model("communication", "Email").objects.order_by("-pk").values_list("pk", flat=True).first()
    site.send(customer, "GET", f"/accounts/emails/{email or 1}/")
