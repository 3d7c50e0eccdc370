"""What the customer dashboard reads."""

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import JSONObject

from cqrs_read import ReadModel, Rows
from legacy_app.customers.models import Address, Customer
from legacy_app.orders.models import Order

KEPT = Q(orders__cancelled=False)


def default_address() -> Subquery:
    addresses = Address.objects.filter(customer=OuterRef("pk"), is_default=True).order_by("id")
    fields = ["id", "street", "zip", "city", "is_default"]
    return Subquery(addresses.values(shown=JSONObject(**{field: field for field in fields}))[:1])


def last_order() -> Subquery:
    orders = Order.objects.filter(customer=OuterRef("pk"), cancelled=False).order_by("-placed_at", "-id")
    return Subquery(orders.values("number")[:1])


class CustomerCard(ReadModel):
    """A customer who was not deleted, with tags, default address, orders and what they are worth."""

    id = models.BigIntegerField(primary_key=True)
    user_id = models.IntegerField(null=True)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40)
    city = models.CharField(max_length=100)
    vip = models.BooleanField()
    tags = models.JSONField()
    default_address = models.JSONField(null=True)
    order_count = models.IntegerField()
    last_order = models.CharField(max_length=32, null=True)  # noqa: DJ001  the order's own number may be
    revenue = models.DecimalField(max_digits=16, decimal_places=2)
    last_contact_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Projection:
        source = Customer
        columns = {
            "tags": Rows("tags", fields=["name"], order_by=["name"]),
            "default_address": default_address,
            "order_count": Count("orders", filter=KEPT),
            "last_order": last_order,
            "revenue": Sum(
                F("orders__lines__quantity") * F("orders__lines__unit_price") - F("orders__lines__discount"),
                filter=KEPT,
                default=0,
            ),
        }
        filter = Q(deleted_at__isnull=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="customer_card_name"),
            models.Index(fields=["-revenue", "id"], name="customer_card_revenue"),
            models.Index(fields=["city"], name="customer_card_city"),
        ]
