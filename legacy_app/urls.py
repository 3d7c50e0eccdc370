"""The platform's URLs."""

from django.contrib import admin
from django.contrib.staticfiles.views import serve
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.authtoken.views import obtain_auth_token

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/auth/", include("rest_framework.urls")),
    path("api/token/", obtain_auth_token, name="token"),
    path("api/customers/", include("legacy_app.customers.urls")),
    path("api/orders/", include("legacy_app.orders.urls")),
    path("api/rides/", include("legacy_app.rides.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    # There is no web server in front of the back office, so gunicorn hands out the admin's few static
    # files itself; "insecure" makes the view work with DEBUG off.
    re_path(r"^static/(?P<path>.*)$", serve, {"insecure": True}),
]
