"""System checks, each under its number."""

import pytest
from django.contrib.auth.decorators import login_required
from django.core.checks import run_checks
from django.http import HttpResponse
from django.urls import include, path
from django.views import View

from cqrs_routing.testing import only_endpoints_declared_here

ROUTING = "cqrs_routing.middleware.RoutingMiddleware"


def legacy(request):
    return HttpResponse()


def candidate(request):
    return HttpResponse()


orders = [
    path("orders/", legacy, name="order-list"),
    path("orders/secret/", login_required(legacy), name="secret"),
    path("orders/nameless/", legacy),
]
urlpatterns = [
    path("", include((orders, "orders"))),
    path("v2/", include((orders, "orders"), namespace="v2")),
]


@pytest.fixture
def registry(settings):
    settings.ROOT_URLCONF = __name__
    with only_endpoints_declared_here() as endpoints:
        yield endpoints


def found(number):
    """The messages under a number."""
    return [
        message for message in run_checks(tags=["cqrs_routing"]) if message.id == f"cqrs_routing.{number}"
    ]


@pytest.mark.usefixtures("registry")
class TestE001:
    def test_the_middleware_is_missing(self, settings):
        settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
        [message] = found("E001")
        assert message.msg.startswith(f"{ROUTING} is missing")

    def test_the_middleware_is_not_the_last(self, settings):
        settings.MIDDLEWARE = [ROUTING, "django.middleware.common.CommonMiddleware"]
        [message] = found("E001")
        assert message.msg.startswith(f"{ROUTING} is not the last")

    def test_the_middleware_is_the_last(self, settings):
        settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", ROUTING]
        assert found("E001") == []


class TestE002:
    def test_no_url_has_the_name(self, registry):
        registry.read("GET orders:order-lists", view=candidate)
        [message] = found("E002")
        assert message.msg == "GET orders:order-lists: no URL pattern has the view name 'orders:order-lists'."
        assert message.hint.startswith("The nearest names are: orders:order-list")

    def test_no_url_has_one_like_it(self, registry):
        registry.read("GET zzz", view=candidate)
        [message] = found("E002")
        assert "'orders:order-list'" in message.hint

    @pytest.mark.parametrize(
        "name", ["orders:order-list", "v2:order-list", f"orders:{legacy.__module__}.legacy"]
    )
    def test_a_url_has_the_name(self, registry, name):
        registry.read(f"GET {name}", view=candidate)
        assert found("E002") == []


def test_E003_several_candidates(registry):
    registry.read("GET orders:order-list", view=candidate)
    registry.read("GET orders:order-list", view=legacy)
    registry.write("POST orders:order-list", view=candidate)
    [message] = found("E003")
    assert "GET orders:order-list is declared 2 times" in message.msg
    assert f"{__name__}.candidate, {__name__}.legacy" in message.msg


def test_E004_a_malformed_endpoint(registry):
    registry.read("FETCH orders:order-list", view=candidate)
    [message] = found("E004")
    assert "'FETCH orders:order-list' has no known method" in message.msg
    assert f"{__name__}.candidate" in message.hint


@pytest.mark.parametrize(("view", "name"), [(View, "View"), (None, "NoneType")])
def test_E005_a_candidate_that_is_no_view(registry, view, name):
    registry.read("GET orders:order-list", view=view)
    [message] = found("E005")
    assert message.msg.startswith("GET orders:order-list: ")
    assert f"{name} is no view" in message.msg
    assert registry.names == []


class TestW001:
    def test_the_candidate_lacks_a_decorator(self, registry):
        registry.read("GET orders:secret", view=candidate)
        [message] = found("W001")
        assert "GET orders:secret: the legacy view is decorated with login_required" in message.msg
        assert f"Decorate {__name__}.candidate" in message.hint

    def test_the_candidate_has_it_too(self, registry):
        registry.read("GET orders:secret", view=login_required(candidate))
        registry.read("GET orders:order-list", view=candidate)
        assert found("W001") == []
