"""The program that prepares the shop's database, or walks through the shop and records it.

``python -m transparency.shop prepare PRODUCTS ORDERS``, or ``walk FILE wsgi``; ``DJANGO_SETTINGS_MODULE`` says with or
without the toolkit.
"""

import sys
from pathlib import Path
from typing import Literal

from tests.integration.legacy_app.transparency import chance, clock

clock.install()
chance.install()

import django
from django.conf import settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def configure() -> None:
    installed = "cqrs_routing" in settings.INSTALLED_APPS
    if installed:
        settings.MIDDLEWARE = ["cqrs_write.middleware.TraceMiddleware", *settings.MIDDLEWARE]
    django.setup()
    if installed:
        declare_everything()


def declare_everything() -> None:
    """Have every request be a routed one, whose candidate must not be called: its mode is legacy."""
    from django.urls import get_resolver

    from cqrs_routing.declaration.endpoint import Endpoint
    from cqrs_routing.declaration.registry import endpoints
    from tests.integration.legacy_app.transparency.recording import routes

    names = dict.fromkeys(name for _, name in routes(get_resolver().url_patterns))
    endpoints.replace(
        tuple(
            Endpoint(name=f"{method} {name}", view=refuse, kind="read" if method == "GET" else "write")
            for name in names
            for method in METHODS
        )
    )


def refuse(request, *args, **kwargs):
    raise AssertionError("A candidate was called, though every endpoint is in legacy.")


def prepare(products: str, orders: str) -> None:
    configure()
    from transparency.stocking import stock

    stock(int(products), int(orders))


def walk(file: str, handler: Literal["wsgi", "asgi"]) -> None:
    configure()
    from tests.integration.legacy_app.transparency.recording import record
    from transparency.walk import through_the_shop

    record(through_the_shop, handler, Path(file))


if __name__ == "__main__":
    {"prepare": prepare, "walk": walk}[sys.argv[1]](*sys.argv[2:])
