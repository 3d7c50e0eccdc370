"""Handlers: what answers each method of a view."""

import pytest
from django.contrib.auth.decorators import login_required

from cqrs_routing.retirement.handlers import handlers_of

from .shop import views


@pytest.mark.parametrize(
    ("view", "handlers"),
    [
        (views.Both.as_view(), {"GET": "get", "POST": "post"}),
        (views.Both.as_view(http_method_names=["get"]), {"GET": "get"}),
        (views.report, {"GET": "get"}),
        (
            views.OrderViewSet.as_view({"get": "list", "post": "create", "delete": "nothing"}),
            {"GET": "list", "POST": "create"},
        ),
        (views.function_api, {"GET": ""}),
        (views.both, {"GET": "", "POST": ""}),
        (login_required(views.both), {"GET": "", "POST": ""}),
    ],
)
def test_each_method_has_its_handler(view, handlers):
    assert handlers_of(view) == handlers


@pytest.mark.parametrize("view", [views.plain, views.Dispatched.as_view(), views.feed.method])
def test_the_methods_of_a_view_that_looks_at_them_itself_are_not_known(view):
    assert handlers_of(view) is None
