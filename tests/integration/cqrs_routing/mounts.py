"""URLs of every kind, mounted twice: over the candidates themselves, and over the legacy views they stand in for.

Both have the same addresses and names, so that a view cannot tell in which of the two it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy
from rest_framework.routers import SimpleRouter

from .told import CANDIDATES, LegacyClass, LegacyShelf, Shelf, Tells, legacy, legacy_of, tells

VIEW_NAMES = {
    "/named/": "named",
    "/pk/7/": "pk",
    "/pk/": "pk",
    "/uuid/6f1c0f0e-37d4-4b44-8f5a-1a2a70c0a001/": "uuid",
    "/extra/": "extra",
    "/positional/12/ab/": "positional",
    "/optional/": "optional",
    "/optional/page-3/": "optional",
    "/outer/inner/page/": "outer:deep:page",
    "/other/inner/page/": "other:deep:page",
    "/plain/included/": "included",
    "/en/place/": "place",
    "/de/place/": "place",
    "/en/Yes": "translated",
    "/de/Ja": "translated",
}
"""The view name of each address."""


def of_every_kind(view):
    inner = [path("page/", view, name="page")]
    outer = [path("inner/", include((inner, "inner"), namespace="deep"))]
    return [
        path("named/", view, name="named"),
        path("pk/<int:pk>/", view, name="pk"),
        path("pk/", view, name="pk"),
        path("uuid/<uuid:key>/", view, name="uuid"),
        path("extra/", view, {"kind": "given"}, name="extra"),
        re_path(r"^positional/(\d+)/(\w+)/$", view, name="positional"),
        re_path(r"^optional/(?:page-(?P<page>\d+)/)?$", view, name="optional"),
        path("outer/", include((outer, "outer"))),
        path("other/", include((outer, "outer"), namespace="other")),
        path("plain/", include([path("included/", view, name="included")])),
        *i18n_patterns(
            path("place/", view, name="place"),
            path(gettext_lazy("Yes"), view, name="translated"),
        ),
    ]


def unnamed(function, class_view):
    return [
        path("unnamed/function/", function),
        path("unnamed/class/", class_view),
        path("unnamed/within/", include(([path("function/", function)], "within"))),
    ]


def shelves(viewset):
    router = SimpleRouter()
    router.register("shelves", viewset, basename="shelf")
    return path("api/", include((router.urls, "api")))


def missing(request, exception):
    return HttpResponse(
        f"{request.resolver_match and request.resolver_match.view_name} says {exception}", status=404
    )


def broken(request):
    return HttpResponse("broken", status=500)


@dataclass(frozen=True, eq=False)
class Urls:
    """A URLconf."""

    urlpatterns: list
    handler404: Callable = missing
    handler500: Callable = broken


def direct():
    """The URLs of a project that has the candidates only."""
    views = [path(f"views/{name}/", view, name=name) for name, view in CANDIDATES.items()]
    return Urls([*of_every_kind(tells), *unnamed(tells, Tells.as_view()), *views, shelves(Shelf)])


def routed():
    """The same of the project that is being migrated."""
    views = [path(f"views/{name}/", legacy_of(name), name=name) for name in CANDIDATES]
    return Urls(
        [*of_every_kind(legacy), *unnamed(legacy, LegacyClass.as_view()), *views, shelves(LegacyShelf)]
    )
