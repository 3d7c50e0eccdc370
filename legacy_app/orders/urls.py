from django.urls import include, path
from django.views.decorators.cache import cache_page
from django.views.decorators.csrf import csrf_exempt
from rest_framework.routers import DefaultRouter

from legacy_app.orders.catalog import CategoryTreeView, ProductListView
from legacy_app.orders.views import OrderViewSet
from legacy_app.orders.webhook import payment_webhook

app_name = "orders"

router = DefaultRouter()
# The list of orders is the root.
router.include_root_view = False
router.register("", OrderViewSet, basename="order")

urlpatterns = [
    path("categories/", CategoryTreeView.as_view(), name="category-tree"),
    path("products/", cache_page(60)(ProductListView.as_view()), name="product-list"),
    path("payments/webhook/", csrf_exempt(payment_webhook), name="payment-webhook"),
    path("", include(router.urls)),
]
