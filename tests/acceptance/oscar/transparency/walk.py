"""All that people do with the shop: look, fill a basket, order, mind their account, run the shop."""

from django.contrib.auth.models import User
from django.urls import get_resolver

from tests.integration.legacy_app.transparency.recording import routes
from tests.integration.legacy_app.transparency.site import Site
from tests.integration.legacy_app.transparency.visitor import Visitor

from . import account, api, buying, dashboard, looking

LEAVING = ("customer:logout", "dashboard:logout", "admin:logout")


def through_the_shop(site: Site) -> None:
    anybody = site.visitor("anybody")
    customer, admin = (browser(site, name) for name in ("customer1", "admin"))
    for visitor in (anybody, customer, admin):
        look_everywhere(site, visitor)
    for visitor in (anybody, customer):
        looking.walk(site, visitor)
        buying.walk(site, visitor)
        api.walk(site, visitor)
    account.walk(site, customer)
    dashboard.walk(site, admin)
    api.walk(site, admin)


def browser(site: Site, username: str) -> Visitor:
    visitor = site.visitor(username)
    site.log_in(visitor, User.objects.get(username=username))
    return visitor


def look_everywhere(site: Site, visitor: Visitor) -> None:
    """Every page whose address has no argument, those of Django's own admin excepted: the sample has them."""
    for route, name in routes(get_resolver().url_patterns):
        if not {"<", "("} & set(route) and name not in LEAVING and not name.startswith("admin:"):
            site.send(visitor, "GET", f"/{route.rstrip('$')}")
