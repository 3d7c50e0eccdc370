"""Looking around: catalogue, categories, products, search, reviews, and what is not there."""

from oscar.core.loading import get_model

from tests.integration.legacy_app.transparency.site import Site
from tests.integration.legacy_app.transparency.visitor import Visitor


def walk(site: Site, visitor: Visitor) -> None:
    products = get_model("catalogue", "Product").objects
    product = products.filter(structure="standalone").order_by("pk")[0]
    parent, child = (products.filter(structure=one).order_by("pk")[0] for one in ("parent", "child"))
    category = get_model("catalogue", "Category").objects.order_by("pk")[1]
    for found in (product, parent, child, category):
        for method in ("GET", "HEAD", "OPTIONS", "POST"):
            site.send(visitor, method, found.get_absolute_url())
    pages = ("?page=2", "?page=99", "?page=x", "?sort_by=price-desc")
    addresses = [f"/catalogue/{page}" for page in pages]
    addresses += [f"/search/{query}" for query in ("?q=thing", "?q=", "?q=nothing&page=2")]
    addresses += [f"{product.get_absolute_url()}reviews/", f"{product.get_absolute_url()}reviews/add/"]
    addresses += [f"/catalogue/{product.slug}_999999/", f"/catalogue/other_{product.pk}/", "/catalogue"]
    for address in (*addresses, "/offers/nothing/", "/no/such/page/"):
        site.send(visitor, "GET", address)
    review = {"title": "Good", "score": "5", "body": "It works.", "name": "Ada", "email": "ada@example.org"}
    for form in (review, {"title": "Good"}):
        site.send(visitor, "POST", f"{product.get_absolute_url()}reviews/add/", form)
