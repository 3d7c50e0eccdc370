"""The back office: every page of the admin, its forms as they are shown, and what they change."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from legacy_app.customers.models import Customer

from ..form import form_of
from ..people import MONOLITH, PASSWORD, People, browser, manager
from ..site import Site
from ..visitor import Visitor

LISTS = ("?q=a&o=-1", "?p=2", "?e=1", "?nonsense=1")
METHODS_OF_ALL = ("GET",)
METHODS_OF_ONE = ("GET", "HEAD", "OPTIONS")
PAGES = ("index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n")


def walk(site: Site, people: People) -> None:
    log_in_and_out(site, people)
    clerk = manager(site)
    for visitor in (people.anybody, people.customer, clerk, browser(site, "admin")):
        look_around(site, visitor)
    for model in models_of_the_monolith():
        look_at(site, clerk, model)
        change(site, clerk, model)
    act(site, clerk)
    for model in models_of_the_monolith():
        delete(site, clerk, model)


def models_of_the_monolith() -> list[Any]:
    """What its own admin shows, and not what an app that stands beside it adds."""
    return [model for model in admin.site._registry if model._meta.app_label in MONOLITH]


def log_in_and_out(site: Site, people: People) -> None:
    somebody = site.visitor("somebody who logs in to the admin")
    form = {"username": "clerk3", "password": PASSWORD, "next": "/admin/"}
    site.send(somebody, "GET", "/admin/login/")
    site.send(somebody, "POST", "/admin/login/", form | {"password": "wrong"})
    site.send(somebody, "POST", "/admin/login/", form)
    site.send(somebody, "GET", "/admin/")
    change = {"old_password": PASSWORD, "new_password1": "something else", "new_password2": "something else"}
    site.send(somebody, "POST", "/admin/password_change/", change | {"new_password2": "other"})
    site.send(somebody, "POST", "/admin/password_change/", change)
    for method in ("GET", "POST"):
        site.send(somebody, method, "/admin/logout/", {})
    site.send(people.anybody, "POST", "/admin/login/", form, x_csrftoken="wrong")


def look_around(site: Site, visitor: Visitor) -> None:
    paths = [reverse(f"admin:{name}") for name in PAGES if name != "logout"]
    paths += [f"/admin/{name}/" for name in ("orders", "customers", "nothing")]
    paths += [f"/admin/r/1/{pk}/" for pk in (1, 999_999)]
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS", "POST"):
            site.send(visitor, method, path, {} if method == "POST" else b"")
    query = "app_label=orders&model_name=orderline&field_name=product"
    site.send(visitor, "GET", f"/admin/autocomplete/?{query}&term=a")
    site.send(visitor, "GET", f"/admin/autocomplete/?{query.replace('product', 'price')}&term=a")


def look_at(site: Site, visitor: Visitor, model: Any) -> None:
    listing = url(model, "changelist")
    for query in LISTS:
        site.send(visitor, "GET", f"{listing}{query}")
    key = model._base_manager.order_by("pk").values_list("pk", flat=True).first()
    found = [url(model, name, key) for name in ("change", "delete", "history")]
    found += [url(model, name, 999_999) for name in ("change", "delete", "history") if model is Customer]
    methods = METHODS_OF_ONE if model is Customer else METHODS_OF_ALL
    for path in (listing, url(model, "add"), *found, f"{listing}{key}/"):
        for method in methods:
            site.send(visitor, method, path)
    site.send(visitor, "POST", url(model, "history", key), {})
    for path in (listing, f"{listing}{key}/"):
        site.send(visitor, "POST", path, {})


def change(site: Site, visitor: Visitor, model: Any) -> None:
    """Send its forms: empty, as they are shown, and with a word changed."""
    site.send(visitor, "POST", url(model, "add"), {"_save": "Save"})
    key = model._base_manager.order_by("pk").values_list("pk", flat=True).first()
    page = site.send(visitor, "GET", url(model, "change", key))
    form: dict[str, Any] = form_of(page.content.decode()) | {"_continue": "Save"}
    site.send(visitor, "POST", url(model, "change", key), form)
    text = next(
        (name for name in ("name", "note", "reason", "text", "method", "first_name") if name in form), None
    )
    if text:
        site.send(visitor, "POST", url(model, "change", key), form | {text: "Changed"})
        site.send(visitor, "POST", url(model, "change", key), form | {text: "x" * 500})


def act(site: Site, visitor: Visitor) -> None:
    """Actions of lists, and a form that adds."""
    for path, action in (("orders/order", "mark_shipped"), ("customers/customer", "restore")):
        chosen = {"action": action, "_selected_action": ["1", "2", "3"]}
        site.send(visitor, "POST", f"/admin/{path}/", chosen)
        site.send(visitor, "GET", f"/admin/{path}/")
    many = {"action": "delete_selected", "_selected_action": ["4", "5"]}
    for path in ("customers/customer", "customers/note", "orders/order"):
        site.send(visitor, "POST", f"/admin/{path}/", many)
        site.send(visitor, "POST", f"/admin/{path}/", many | {"post": "yes"})
    site.send(visitor, "POST", "/admin/customers/tag/add/", {"name": "added", "_addanother": "1"})
    user = User.objects.get(username="customer4").pk
    passwords = {"password1": "something else", "password2": "something else", "usable_password": "true"}
    for method, form in (("GET", None), ("POST", passwords), ("POST", {})):
        site.send(visitor, method, f"/admin/auth/user/{user}/password/", form if form is not None else b"")


def delete(site: Site, visitor: Visitor, model: Any) -> None:
    key = model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
    site.send(visitor, "POST", url(model, "delete", key), {"post": "yes"})


def url(model: Any, name: str, *keys: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=keys)
