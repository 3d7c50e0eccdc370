"""The monolith's URLs, the status resource of accepted commands, and reports of drivers' positions in bulk."""

from django.urls import include, path

from legacy_app.urls import urlpatterns as legacy_urlpatterns

urlpatterns = [
    *legacy_urlpatterns,
    path("api/cqrs/", include("cqrs_write.urls")),
    path("api/rides/", include("legacy_app.rides_cqrs.urls")),
]
