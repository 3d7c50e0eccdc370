"""An order as the order list shows it."""

from datetime import UTC

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from cqrs_read import ReadModel, Rows
from legacy_app.orders.models import Order, Payment


class OrderSummary(ReadModel):
    """An order that was not cancelled, with its lines and payments: one row, no joins."""

    id = models.BigIntegerField(primary_key=True)
    number = models.CharField(max_length=32, null=True)  # noqa: DJ001  as in the source
    status = models.CharField(max_length=20)
    placed_at = models.DateTimeField()
    placed_on = models.DateField()
    note = models.TextField()
    customer_id = models.BigIntegerField()
    customer_user_id = models.IntegerField(null=True)
    customer_name = models.CharField(max_length=200)
    customer_email = models.CharField(max_length=254)
    customer_city = models.CharField(max_length=100)
    line_count = models.IntegerField()
    item_count = models.IntegerField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    paid = models.DecimalField(max_digits=14, decimal_places=2)
    lines = models.JSONField()
    payments = models.JSONField()

    class Projection:
        source = Order
        columns = {
            "placed_on": TruncDate("placed_at", tzinfo=UTC),
            "customer_user_id": F("customer__user"),
            "customer_name": F("customer__name"),
            "customer_email": F("customer__email"),
            "customer_city": F("customer__city"),
            "line_count": Count("lines"),
            "item_count": Sum("lines__quantity", default=0),
            "total": Sum(F("lines__quantity") * F("lines__unit_price") - F("lines__discount"), default=0),
            "paid": Sum("payments__amount", filter=Q(payments__status=Payment.Status.CAPTURED), default=0),
            "lines": Rows(
                "lines",
                fields={
                    "sku": "product_id",
                    "name": "product__name",
                    "category": "product__category__name",
                    "quantity": "quantity",
                    "unit_price": "unit_price",
                },
                order_by=["id"],
            ),
            "payments": Rows(
                "payments", fields=["amount", "method", "status"], order_by=["created_at", "id"]
            ),
        }
        filter = Q(cancelled=False)

    class Meta:
        ordering = ["-placed_at", "-id"]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_summary_newest"),
            models.Index(fields=["status", "-placed_at", "-id"], name="order_summary_status"),
            models.Index(fields=["customer_user_id", "-placed_at", "-id"], name="order_summary_own"),
            models.Index(fields=["customer_id", "-placed_at", "-id"], name="order_summary_customer"),
            # By which sales are grouped.
            models.Index(fields=["customer_city", "placed_on"], name="order_summary_city_and_day"),
        ]
