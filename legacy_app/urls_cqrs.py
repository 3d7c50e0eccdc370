"""The monolith's URLs, and the status resource of accepted commands."""

from django.urls import include, path

from legacy_app.urls import urlpatterns as legacy_urlpatterns

urlpatterns = [*legacy_urlpatterns, path("cqrs/", include("cqrs_write.urls"))]
