"""The people of a walk through the sample: everybody who may come, with every kind of credentials."""

from dataclasses import dataclass, fields

from django.contrib.auth.models import Permission, User
from rest_framework.authtoken.models import Token

from .site import Site
from .visitor import Visitor

PASSWORD = "demo"
MONOLITH = ("auth", "authtoken", "customers", "orders", "rides")


@dataclass(frozen=True, kw_only=True)
class People:
    """``app`` are programs with a token, the others browsers with a session."""

    anybody: Visitor
    bad_token: Visitor
    customer: Visitor
    customer_without_csrf: Visitor
    customer_app: Visitor
    driver_app: Visitor
    clerk: Visitor
    clerk_app: Visitor

    thinned: bool = False
    """Whether only some of them ask: the walk is shorter, and asks the same."""

    def all(self) -> list[Visitor]:
        visitors = [value for one in fields(self) if isinstance(value := getattr(self, one.name), Visitor)]
        return [self.customer, self.driver_app, self.clerk_app] if self.thinned else visitors

    def few(self) -> list[Visitor]:
        """One of every right: nobody's, a customer's, the staff's."""
        few = [self.customer_app, self.clerk_app]
        return few if self.thinned else [self.anybody, *few]


def arrive(site: Site, *, thinned: bool = False) -> People:
    """Everybody, logged in; browsers have a csrf cookie."""
    people = People(
        thinned=thinned,
        anybody=site.visitor("anybody"),
        bad_token=site.visitor("a bad token", headers={"authorization": "Token nonsense"}),
        customer=browser(site, "customer1"),
        customer_without_csrf=browser(site, "customer1", sends_csrf=False),
        customer_app=app(site, "customer1"),
        driver_app=app(site, "driver1"),
        clerk=browser(site, "clerk1"),
        clerk_app=app(site, "clerk1"),
    )
    for visitor in people.all():
        site.send(visitor, "GET", "/api/auth/login/")
    return people


def browser(site: Site, username: str, *, sends_csrf: bool = True) -> Visitor:
    name = f"{username} by session" + ("" if sends_csrf else " without csrf token")
    visitor = site.visitor(name, sends_csrf=sends_csrf)
    site.log_in(visitor, User.objects.get(username=username))
    return visitor


def app(site: Site, username: str) -> Visitor:
    token = Token.objects.get(user__username=username)
    return site.visitor(f"{username} by token", headers={"authorization": f"Token {token.key}"})


def manager(site: Site) -> Visitor:
    """Somebody of the back office who may do everything with what the monolith has, and nothing else."""
    user = User.objects.get(username="clerk2")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=MONOLITH))
    return browser(site, "clerk2")
