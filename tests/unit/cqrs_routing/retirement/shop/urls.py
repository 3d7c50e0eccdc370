from django.contrib.auth.views import LoginView
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from . import views
from .views import OrderViewSet

router = SimpleRouter()
router.register("orders", OrderViewSet, basename="order")

shop = [
    path("report/", views.report, name="report"),
    path("report.csv", views.report, {"format": "csv"}, name="report"),
    path("both/", views.Both.as_view(), name="both"),
    path("both-function/", views.both, name="both-function"),
    path("export/", views.export, name="export"),
    path("function/", views.function_api, name="function"),
    path("dispatched/", views.Dispatched.as_view(), name="dispatched"),
    *router.urls,
]

urlpatterns = [
    path("shop/", include((shop, "shop"))),
    path("login/", LoginView.as_view(), name="login"),
]
