"""System checks, each under its number."""

import pytest
from django.contrib.auth.decorators import login_required
from django.core.checks import run_checks
from django.http import HttpResponse
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views import View

from cqrs_routing.comparison.rules import Rules
from cqrs_routing.declaration.arguments import reason_not_callable
from cqrs_routing.testing import only_endpoints_declared_here

ROUTING = "cqrs_routing.middleware.RoutingMiddleware"


def legacy(request):
    return HttpResponse()


def candidate(request):
    return HttpResponse()


def detail(request, pk):
    return HttpResponse()


def broad(*args, **kwargs):
    return HttpResponse()


class Shown(View):
    def get(self, request): ...


class ShownByKey(View):
    def get(self, request, pk): ...


@method_decorator(login_required, name="dispatch")
class Closed(View): ...


orders = [
    path("orders/<int:pk>/", detail, name="order-detail"),
    path("orders/closed/", Closed.as_view(), name="closed"),
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


def test_E006_rules_that_make_no_sense(registry):
    registry.read("GET orders:order-list", view=candidate, rules=Rules(ignore="total"))
    [message] = found("E006")
    assert message.msg == "GET orders:order-list: ignore is several: write ignore=('total',)."


class TestE007:
    @pytest.mark.parametrize("view", [candidate, Shown.as_view(), lambda request, number: None])
    def test_the_candidate_takes_other_arguments(self, registry, view):
        registry.read("GET orders:order-detail", view=view)
        [message] = found("E007")
        assert "does not take what the URL gives: pk" in message.msg

    @pytest.mark.parametrize(
        "view", [detail, lambda request, **kwargs: None, login_required(detail), ShownByKey.as_view(), broad]
    )
    def test_the_candidate_takes_them(self, registry, view):
        registry.read("GET orders:order-detail", view=view)
        assert found("E007") == []

    def test_it_is_not_let_in(self, registry):
        registry.read("GET orders:order-detail", view=candidate)
        assert "does not take what the URL gives" in reason_not_callable(
            registry.get("GET orders:order-detail")
        )


def test_E008_a_step_that_is_no_percentage(registry, settings):
    settings.CQRS_ROUTING = {"CANARY_STEPS": (5, 250)}
    [message] = found("E008")
    assert "has 250, which is no share of the clients" in message.msg


class TestW001:
    def test_the_candidate_lacks_a_decorator_that_cannot_be_put_around_it(self, registry):
        registry.read("GET orders:closed", view=candidate)
        [message] = found("W001")
        assert "GET orders:closed: the legacy view is decorated with login_required" in message.msg
        assert f"Decorate {__name__}.candidate" in message.hint

    def test_the_candidate_has_it_too_or_gets_it(self, registry):
        registry.read("GET orders:secret", view=candidate)
        registry.read("GET orders:closed", view=login_required(candidate))
        registry.read("GET orders:order-list", view=candidate)
        assert found("W001") == []
