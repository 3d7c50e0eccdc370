"""Bugs of the catalogue's candidate."""

import django_filters
from django.db.models import F

from cqrs_read.views import shown
from legacy_app.orders_cqrs.catalog import ProductCardFilter, ProductList
from legacy_app.orders_cqrs.read_models import ProductCard


class InactiveToo(ProductList):
    queryset = ProductCard.objects.all()


class NeverGiftCards(ProductList):
    def represent(self, row):
        return {**super().represent(row), "gift_card": False}


class CategoryOrText(ProductList):
    def represent(self, row):
        return {**super().represent(row), "category": row["category_name"] or ""}


class SlugAsCategory(ProductList):
    """The wrong column of the right row."""

    fields = [*ProductList.fields, "category_slug"]

    def represent(self, row):
        return {**super().represent(row), "category": row["category_slug"]}


class CategoryByName(ProductList):
    class filterset_class(ProductCardFilter):
        category = django_filters.CharFilter(field_name="category_name")

        class Meta(ProductCardFilter.Meta):
            pass


class BelowMaximum(ProductList):
    class filterset_class(ProductCardFilter):
        max_price = django_filters.NumberFilter(field_name="price", lookup_expr="lt")

        class Meta(ProductCardFilter.Meta):
            pass


class StockInverted(ProductList):
    class filterset_class(ProductCardFilter):
        class Meta(ProductCardFilter.Meta):
            pass

        def filter_in_stock(self, queryset, name, value):
            return super().filter_in_stock(queryset, name, not value)


class PriceAscending(ProductList):
    """``-price`` and ``price`` are the same."""

    def filter_queryset(self, queryset):
        rows = super().filter_queryset(queryset)
        return rows.order_by("price") if "price" in self.request.GET.get("ordering", "") else rows


class StaffOnly(ProductList):
    def get_permissions(self):
        return [*super().get_permissions(), Staff()]


class Staff:
    def has_permission(self, request, view):
        return request.user.is_staff


class WithoutCents(ProductList):
    def represent(self, row):
        return {**super().represent(row), "price": shown(round(row["price"]))}


class StockOfAll(ProductList):
    """What was sold is in it still."""

    fields = [*ProductList.fields, "sold"]

    def represent(self, row):
        return {**super().represent(row), "stock": row["stock"] + row["sold"]}


class NullsFirst(ProductList):
    """Sorted by category before SKU."""

    def filter_queryset(self, queryset):
        rows = super().filter_queryset(queryset)
        return rows if "ordering" in self.request.GET else rows.order_by(F("category_name").asc(), "sku")


BUGS = {
    "a filter that is missing": (InactiveToo, {"results[] rows missing and extra, count changed"}),
    "a flag that is never set": (NeverGiftCards, {"results[].gift_card changed"}),
    "a text instead of null": (CategoryOrText, {"results[].category a value instead of null"}),
    "another column": (SlugAsCategory, {"results[].category changed"}),
    "a filter by another column": (CategoryByName, {"results[] rows missing, count changed"}),
    "less and not less or equal": (BelowMaximum, {"results[] rows missing, count changed"}),
    "a filter upside down": (StockInverted, {"results[] rows missing and extra, count changed"}),
    "an ordering upside down": (PriceAscending, {"results in another order"}),
    "another default ordering": (NullsFirst, {"results in another order"}),
    "a permission that others lack": (StaffOnly, {"status 200 → 401"}),
    "money without cents": (WithoutCents, {"results[].price of another type"}),
    "another sum": (StockOfAll, {"results[].stock changed"}),
}
"""Each with the kinds that it reads as, and no others. The endpoint's answers are cached."""
