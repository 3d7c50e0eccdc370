from django.contrib.auth.decorators import login_required
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from legacy_app.customers.dashboard import DashboardView
from legacy_app.customers.export import export_customers
from legacy_app.customers.views import CustomerViewSet

app_name = "customers"

router = DefaultRouter()
# The list of customers is the root.
router.include_root_view = False
router.register("", CustomerViewSet, basename="customer")

urlpatterns = [
    path("dashboard/", DashboardView.as_view(), name="dashboard"),
    path("export.csv", login_required(export_customers), name="export"),
    path("", include(router.urls)),
]
