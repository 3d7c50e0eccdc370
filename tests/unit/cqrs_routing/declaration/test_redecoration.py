"""Redecoration: what is put around the legacy view in the URL pattern is put around the candidate."""

import asyncio
from functools import wraps

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from cqrs_routing.declaration.redecoration import lost_decorators, redecorated


def legacy(request, key="none"):
    return HttpResponse("legacy")


def candidate(request, key="none"):
    return HttpResponse(f"candidate {key}")


async def async_candidate(request, key="none"):
    await asyncio.sleep(0)
    return HttpResponse(f"candidate {key}")


class ClassView(View):
    def get(self, request):
        return HttpResponse("legacy")


@method_decorator(login_required, name="dispatch")
class DecoratedClassView(ClassView): ...


class AsObject:
    """A decorator that is no function."""

    def __init__(self, view):
        wraps(view)(self)

    def __call__(self, request):
        return self.__wrapped__(request)


def asked(view, user=None, **options):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return view(request, **options)


def test_a_view_without_decorators_leaves_the_candidate_as_it_is():
    assert redecorated(candidate, legacy) is candidate
    assert redecorated(candidate, ClassView.as_view()) is candidate


def test_who_is_not_let_to_legacy_is_not_let_to_the_candidate():
    view = redecorated(candidate, login_required(legacy, login_url="/in/"))
    assert asked(view)["Location"] == "/in/?next=/"
    user = AnonymousUser()
    type(user).is_authenticated, before = True, type(user).is_authenticated
    try:
        assert asked(view, user, key="k").content == b"candidate k"
    finally:
        type(user).is_authenticated = before


@pytest.mark.parametrize(
    "decorate",
    [
        never_cache,
        vary_on_headers("X-Tenant"),
        permission_required("orders.view_order", raise_exception=False),
        lambda view: vary_on_headers("X-Tenant")(never_cache(view)),
        lambda view: login_required(cache_page(60)(view)),
    ],
)
def test_the_headers_are_those_that_legacy_has(decorate):
    cache.clear()
    ours, theirs = (asked(view) for view in (redecorated(candidate, decorate(legacy)), decorate(candidate)))
    different = {"Expires", "Date", "Last-Modified"}
    assert {k: v for k, v in ours.items() if k not in different} == {
        k: v for k, v in theirs.items() if k not in different
    }


def test_methods_that_legacy_refuses_are_refused():
    view = redecorated(candidate, require_GET(legacy))
    assert view(RequestFactory().post("/")).status_code == 405
    assert asked(view).content == b"candidate none"


def test_pages_are_cached_as_those_of_legacy():
    cache.clear()
    calls = []

    def counting(request):
        calls.append(1)
        return HttpResponse("candidate")

    view = redecorated(counting, cache_page(60)(legacy))
    assert [asked(view).content for _ in range(3)] == [b"candidate"] * 3
    assert len(calls) == 1


def test_what_the_candidate_has_itself_is_not_put_around_it_twice():
    own = login_required(candidate, login_url="/own/")
    assert redecorated(own, login_required(legacy)) is own


def test_marks_for_other_middleware_are_not_wanted():
    assert redecorated(candidate, csrf_exempt(legacy)) is candidate


def test_a_decorated_class_view():
    view = redecorated(candidate, never_cache(ClassView.as_view()))
    assert "no-store" in asked(view)["Cache-Control"]


def test_an_async_candidate_in_the_place_of_a_sync_view():
    view = redecorated(async_candidate, never_cache(legacy))
    assert not iscoroutinefunction(view)
    assert asked(view, key="k").content == b"candidate k"


def test_a_sync_candidate_in_the_place_of_an_async_view():
    view = redecorated(candidate, never_cache(async_candidate))
    assert iscoroutinefunction(view)
    assert async_to_sync(view)(RequestFactory().get("/")).content == b"candidate none"


@pytest.mark.parametrize(
    ("legacy_view", "lost"),
    [
        (login_required(legacy), []),
        (login_required(never_cache(legacy)), []),
        (DecoratedClassView.as_view(), ["login_required"]),
        (never_cache(DecoratedClassView.as_view()), ["login_required"]),
        (AsObject(legacy), ["AsObject"]),
        (login_required(AsObject(legacy)), ["AsObject"]),
    ],
)
def test_what_cannot_be_put_around_the_candidate_is_told(legacy_view, lost):
    assert lost_decorators(candidate, legacy_view) == lost
