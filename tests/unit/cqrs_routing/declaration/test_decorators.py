"""The decorators that a view carries, found by name."""

import pytest
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.db import transaction
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET
from rest_framework.decorators import api_view
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from cqrs_routing.declaration.decorators import decorators_of


def plain(request): ...


def is_member(user):
    return True


class Plain(View): ...


@method_decorator([login_required, never_cache], name="dispatch")
class Decorated(View): ...


@method_decorator(permission_required("orders.view_order"), name="dispatch")
class DecoratedAPI(APIView): ...


class DecoratedMethod(View):
    @method_decorator(login_required)
    @method_decorator(never_cache)
    def dispatch(self, *args, **kwargs): ...


class Orders(ViewSet):
    def list(self, request): ...


@api_view(["GET"])
def api(request): ...


@pytest.mark.parametrize(
    ("view", "names"),
    [
        (plain, []),
        (login_required(plain), ["login_required"]),
        (permission_required("orders.view_order")(plain), ["permission_required"]),
        (user_passes_test(is_member)(plain), ["user_passes_test"]),
        (cache_page(60)(plain), ["CacheMiddleware"]),
        (csrf_protect(plain), ["CsrfViewMiddleware"]),
        (require_GET(plain), ["require_http_methods"]),
        (transaction.atomic(plain), ["Atomic"]),
        (login_required(never_cache(plain)), ["login_required", "never_cache"]),
        (Decorated.as_view(), ["login_required", "never_cache"]),
        (DecoratedAPI.as_view(), ["permission_required"]),
        (DecoratedMethod.as_view(), ["login_required", "never_cache"]),
        (cache_page(60)(DecoratedAPI.as_view()), ["CacheMiddleware", "permission_required"]),
    ],
)
def test_decorators_are_named_from_the_outside(view, names):
    assert decorators_of(view) == names


@pytest.mark.parametrize(
    "view",
    [csrf_exempt(plain), Plain.as_view(), APIView.as_view(), Orders.as_view({"get": "list"}), api],
    ids=["csrf_exempt", "View", "APIView", "ViewSet", "api_view"],
)
def test_what_the_candidate_does_not_lose_is_not_named(view):
    assert decorators_of(view) == []
