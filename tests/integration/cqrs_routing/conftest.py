"""A project of its own: candidates mounted directly and routed to, and what is declared for them."""

import pytest

from cqrs_routing.testing import only_endpoints_declared_here

from .views import VIEWS, ok

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    f"{__package__}.middleware.AroundViews",
    "cqrs_routing.middleware.RoutingMiddleware",
]


@pytest.fixture
def project(settings):
    """The registry of a project whose endpoints are the candidates of the tests."""
    settings.ROOT_URLCONF = f"{__package__}.urls"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False, "SHADOW_MAX_LOAD": 1.0}
    with only_endpoints_declared_here() as endpoints:
        for name, view in VIEWS.items():
            endpoints.read(f"GET routed:{name}", view=view)
            endpoints.write(f"POST routed:{name}", view=view)
        endpoints.read("GET keyed", view=ok)
        yield endpoints
