"""The platform: logging in and out, tokens, the schema, static files, wrong addresses, the rate limit."""

from ..asks import each, each_method
from ..people import PASSWORD, People
from ..site import Site

LOGIN = "/api/auth/login/"
CSS = "/static/admin/css/base.css"
BEYOND_THE_LIMIT = 122
PAGES = ("/api/schema/", "/api/docs/", LOGIN, "/api/auth/logout/", "/api/token/", CSS)


def walk(site: Site, people: People) -> None:
    log_in_and_out(site)
    ask_for_tokens(site, people)
    each(site, people.all(), "GET", "/api/docs/")
    each(site, [people.clerk], "GET", "/api/schema/?format=json")
    for path in PAGES:
        each_method(site, [people.anybody, people.clerk], path)
    ask_for_what_is_not_there(site, people)
    if not people.thinned:
        ask_too_often(site, people)


def log_in_and_out(site: Site) -> None:
    browser = site.visitor("somebody who logs in")
    form = {"username": "customer3", "password": PASSWORD, "next": "/api/customers/"}
    site.send(browser, "POST", LOGIN, form)
    site.send(browser, "GET", LOGIN)
    site.send(browser, "POST", LOGIN, form | {"password": "wrong"})
    site.send(browser, "POST", LOGIN, form | {"next": "https://elsewhere.example/"})
    site.send(browser, "GET", "/api/customers/", accept="text/html")
    site.send(browser, "POST", LOGIN, form)
    site.send(browser, "POST", "/api/auth/logout/", {})
    site.send(browser, "GET", "/api/customers/", accept="text/html")
    site.send(browser, "GET", "/api/customers/export.csv")
    careless = site.visitor("somebody without csrf token", sends_csrf=False)
    site.send(careless, "GET", LOGIN)
    site.send(careless, "POST", LOGIN, form)


def ask_for_tokens(site: Site, people: People) -> None:
    for form in (
        {"username": "customer3", "password": PASSWORD},
        {"username": "customer3", "password": "wrong"},
        {"username": "customer3"},
    ):
        site.send(people.anybody, "POST", "/api/token/", form)
    site.send(people.anybody, "POST", "/api/token/", '{"username": 1')


def ask_for_what_is_not_there(site: Site, people: People) -> None:
    for path in ("/", "/nothing/", "/api/", "/static/nothing.css", "/static/../manage.py", "/api/orders/x/"):
        each(site, people.few(), "GET", path)
    for method in ("GET", "POST"):
        each(site, people.few(), method, "/api/orders", {} if method == "POST" else None)
    site.send(people.anybody, "GET", "/api/docs/", host="elsewhere.example")
    site.send(people.anybody, "BREW", "/api/docs/")
    site.send(people.anybody, "GET", CSS, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")
    site.send(people.anybody, "GET", CSS, range="bytes=0-99")


def ask_too_often(site: Site, people: People) -> None:
    with site.standing_clock():
        for _ in range(BEYOND_THE_LIMIT):
            site.send(people.customer_app, "GET", "/api/orders/999999/")
        each(site, people.all(), "GET", "/api/orders/999999/")
        each(site, people.all(), "POST", "/api/orders/", {})
