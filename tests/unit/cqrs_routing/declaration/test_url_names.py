"""The names of URL patterns are those that a resolved request has, also of patterns without one."""

from functools import partial

import pytest
from django.http import HttpResponse
from django.urls import include, path, resolve
from django.views import View

from cqrs_routing.declaration.url_names import patterns_by_view_name


def shown(request, greeting=""):
    return HttpResponse(greeting)


def made():
    def nested(request):
        return HttpResponse()

    return nested


class Page(View):
    pass


urlpatterns = [
    path("named/", shown, name="shown"),
    path("function/", shown),
    path("nested/", made()),
    path("partial/", partial(shown, greeting="Hello")),
    path("class/", Page.as_view()),
    path("inner/", include(([path("a/", shown, name="a"), path("b/", made())], "app"), namespace="one")),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    "url", ["/named/", "/function/", "/nested/", "/partial/", "/class/", "/inner/a/", "/inner/b/"]
)
def test_a_name_is_that_of_the_resolved_request(url):
    match = resolve(url)
    assert [named.callback for named in patterns_by_view_name()[match.view_name]] == [match.func]
