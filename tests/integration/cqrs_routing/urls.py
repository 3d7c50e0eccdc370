"""Each candidate mounted twice: as the view itself, and routed to in place of a legacy view."""

from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from .views import VIEWS, legacy, ok


def legacy_of(name):
    """A legacy view with the csrf mark of the candidate, since its mark is the one that counts."""
    return csrf_exempt(legacy) if getattr(VIEWS[name], "csrf_exempt", False) else legacy


routed = [path(f"{name}/", legacy_of(name), name=name) for name in VIEWS]

urlpatterns = [
    *(path(f"direct/{name}/", view) for name, view in VIEWS.items()),
    path("direct/keyed/<slug:key>/", ok),
    path("routed/", include((routed, "routed"))),
    path("routed/keyed/<slug:key>/", legacy, name="keyed"),
    path("unrouted/", legacy, name="unrouted"),
]
