"""The catalogue, from the read model."""

import django_filters
from django.views.decorators.cache import cache_page
from rest_framework.permissions import AllowAny

from cqrs_read.views import ReadModelListView, shown
from legacy_app.orders.filters import ProductFilter
from legacy_app.orders_cqrs.read_models import ProductCard


class ProductCardFilter(ProductFilter):
    """The legacy filters, over the read model."""

    category = django_filters.CharFilter(field_name="category_slug")

    class Meta(ProductFilter.Meta):
        model = ProductCard


class ProductList(ReadModelListView):
    queryset = ProductCard.objects.filter(active=True)
    permission_classes = [AllowAny]
    filterset_class = ProductCardFilter
    ordering_fields = ["sku", "name", "price"]
    ordering = ["sku"]
    fields = ["sku", "name", "category_name", "price", "stock", "gift_card"]

    def represent(self, row):
        return {
            "sku": row["sku"],
            "name": row["name"],
            "category": row["category_name"],
            "price": shown(row["price"]),
            "stock": row["stock"],
            "gift_card": row["gift_card"],
        }


product_list_view = cache_page(60)(ProductList.as_view())
