"""A product as the catalogue shows it."""

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import JSONObject

from cqrs_read import ReadModel, Rows
from legacy_app.orders.models import Product


class ProductCard(ReadModel):
    """A product with its stock, the categories that it is in from the inmost outwards, and its collections."""

    id = models.BigIntegerField(primary_key=True)
    sku = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    active = models.BooleanField()
    gift_card = models.BooleanField()
    stock = models.IntegerField()
    sold = models.IntegerField()
    delivered = models.IntegerField()
    category_name = models.CharField(max_length=100, null=True)  # noqa: DJ001  a product may have none
    category_slug = models.CharField(max_length=120, null=True)  # noqa: DJ001  a product may have none
    categories = models.JSONField()
    collections = models.JSONField()

    class Projection:
        source = Product
        columns = {
            "gift_card": ExpressionWrapper(Q(giftcard__isnull=False), output_field=BooleanField()),
            "sold": Sum("order_lines__quantity", filter=Q(order_lines__order__cancelled=False), default=0),
            "delivered": Sum("stock_movements__delta", filter=Q(stock_movements__delta__gt=0), default=0),
            "category_name": F("category__name"),
            "category_slug": F("category__slug"),
            "categories": JSONObject(
                name="category__name",
                parent=JSONObject(
                    name="category__parent__name", parent=JSONObject(name="category__parent__parent__name")
                ),
            ),
            "collections": Rows("collections", fields=["name"], order_by=["name"]),
        }

    class Meta:
        ordering = ["sku"]
        indexes = [
            models.Index(fields=["active", "sku"], name="product_card_active"),
            models.Index(fields=["category_slug", "sku"], name="product_card_category"),
        ]
