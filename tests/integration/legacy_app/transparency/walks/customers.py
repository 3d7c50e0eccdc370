"""Customers: list and filters, details, addresses, notes, tags, the dashboard and the export."""

from legacy_app.customers.models import Customer

from ..asks import each, each_method
from ..people import People
from ..site import Site

LISTS = (
    "",
    "?page=2&page_size=5",
    "?page=999",
    "?page=abc",
    "?page_size=1000",
    "?ordering=-city,name",
    "?ordering=nonsense",
    "?name=a",
    "?city=ashford",
    "?vip=true",
    "?vip=maybe",
    "?tag=wholesale",
    "?contacted_before=2026-01-01T00:00:00Z",
    "?contacted_before=nonsense",
    "?format=json",
    "?format=xml",
)
NOT_JSON = '{"name": '


def walk(site: Site, people: People) -> None:
    own = Customer.objects.get(user__username="customer1").pk
    other = Customer.objects.get(user__username="customer2").pk
    removed = Customer.all_objects.exclude(deleted_at=None).values_list("pk", flat=True).first() or 0
    look_at_lists(site, people)
    for pk in (own, other, removed, 999_999):
        each(site, people.all(), "GET", f"/api/customers/{pk}/")
    change(site, people, own, other)
    add(site, people, own, other)
    for path in (
        "dashboard/",
        "export.csv",
        "",
        *(f"{own}/{name}" for name in ("addresses/", "notes/", "tags/", "")),
    ):
        each_method(site, people.few(), f"/api/customers/{path}")
    Customer.all_objects.filter(pk=own).update(deleted_at=None)
    for path in (".json", *(f"{own}/{name}.json" for name in ("addresses", "notes", "tags")), f"{own}.json"):
        each_method(site, [people.clerk], f"/api/customers/{path}")
    Customer.all_objects.filter(pk=own).update(deleted_at=None)


def look_at_lists(site: Site, people: People) -> None:
    for query in LISTS:
        each(site, [people.clerk_app], "GET", f"/api/customers/{query}")
    each(site, people.all(), "GET", "/api/customers/?page_size=5")
    each(site, people.all(), "GET", "/api/customers/export.csv")
    each(site, people.all(), "GET", "/api/customers/dashboard/")
    for query in ("?top=3", "?top=0", "?top=many"):
        each(site, [people.clerk], "GET", f"/api/customers/dashboard/{query}")
    for accept in ("text/html", "text/csv", "application/json; indent=4"):
        for visitor in (people.customer, *people.few()):
            site.send(visitor, "GET", "/api/customers/", accept=accept)


def change(site: Site, people: People, own: int, other: int) -> None:
    good = {"name": "Ada Berg", "email": "ada@example.com", "phone": "1"}
    for method in ("PUT", "PATCH"):
        each(site, people.all(), method, f"/api/customers/{own}/", good)
        for body in ({"name": ""}, {"email": "nonsense"}, [], NOT_JSON):
            each(site, people.few(), method, f"/api/customers/{own}/", body)
    each(site, people.all(), "PATCH", f"/api/customers/{other}/", {"phone": "2"})
    url = f"/api/customers/{own}/"
    for visitor in (people.customer, people.customer_app, people.anybody):
        site.send(visitor, "PATCH", url, {"phone": "3"})
        site.send(visitor, "PATCH", url, {"phone": "4"}, "multipart/form-data")
        site.send(visitor, "PATCH", url, "phone: 5", "text/yaml")
        site.send(visitor, "GET", url, accept="text/html")
        site.send(visitor, "PUT", url, {"name": ""}, accept="text/html")


def add(site: Site, people: People, own: int, other: int) -> None:
    address = {"street": "Mill Street 1", "zip": "10000", "city": "Ashford", "is_default": True}
    for pk in (own, other):
        each(site, people.all(), "POST", f"/api/customers/{pk}/addresses/", address)
        each(site, people.few(), "POST", f"/api/customers/{pk}/addresses/", {"street": "x" * 300})
        each(site, people.all(), "GET", f"/api/customers/{pk}/addresses/")
    for body in ({"text": "Called."}, {"text": ""}, {"text": "nul\x00"}):
        each(site, people.all(), "POST", f"/api/customers/{own}/notes/", body)
    for body in ({"tags": ["new", "wholesale"]}, {"tags": "new"}, {"tags": ["x" * 99]}):
        each(site, people.all(), "PUT", f"/api/customers/{own}/tags/", body)
    for name in ("notes", "tags"):
        each(site, people.all(), "GET", f"/api/customers/{own}/{name}/")
