"""The read models of the shop's order list and of its product list."""

from django.db import models
from django.db.models import Case, Count, F, Min, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Concat, NullIf
from oscar.core.loading import get_model

from cqrs_read import ReadModel, Rows

NOBODY = Value("")
CANCELLED = "Cancelled"


class OrderSummary(ReadModel):
    """One order with its customer, where it goes, and what its lines come to."""

    id = models.IntegerField(primary_key=True)
    number = models.CharField(max_length=128, db_index=True)
    status = models.CharField(max_length=100)
    total_incl_tax = models.DecimalField(max_digits=12, decimal_places=2)
    email = models.CharField(max_length=254)
    customer = models.CharField(max_length=310)
    country_code = models.CharField(max_length=2, null=True)  # noqa: DJ001  an order without an address has none
    country = models.CharField(max_length=128, null=True)  # noqa: DJ001
    line_count = models.IntegerField()
    item_count = models.IntegerField()
    lines_total = models.DecimalField(max_digits=14, decimal_places=2)
    cancelled_lines = models.IntegerField()
    note_count = models.IntegerField()
    partners = models.JSONField()

    class Projection:
        source = get_model("order", "Order")
        columns = {
            "email": Coalesce(NullIf("user__email", NOBODY), "guest_email"),
            "customer": Case(
                When(user__isnull=True, then=NOBODY),
                default=Concat("user__first_name", Value(" "), "user__last_name"),
            ),
            "country_code": F("shipping_address__country_id"),
            "country": F("shipping_address__country__name"),
            "line_count": Count("lines"),
            "item_count": Sum("lines__quantity", default=0),
            "lines_total": Sum("lines__line_price_incl_tax", default=0),
            "cancelled_lines": Count("lines", filter=Q(lines__status=CANCELLED)),
            "note_count": Count("notes"),
            "partners": Rows("lines__partner", fields=["name"], order_by=["name"], distinct=True),
        }


class ProductCard(ReadModel):
    """One product with what a list shows: title, class, price, stock and sales."""

    id = models.IntegerField(primary_key=True)
    structure = models.CharField(max_length=10)
    is_public = models.BooleanField()
    upc = models.CharField(max_length=64, null=True)  # noqa: DJ001  as in the shop
    title = models.CharField(max_length=255)
    product_class = models.CharField(max_length=128, null=True)  # noqa: DJ001
    min_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    available = models.IntegerField()
    child_count = models.IntegerField()
    units_sold = models.IntegerField()
    categories = models.JSONField()

    class Projection:
        source = get_model("catalogue", "Product")
        columns = {
            "title": Coalesce(NullIf("title", NOBODY), "parent__title", NOBODY),
            "product_class": Coalesce("product_class__name", "parent__product_class__name"),
            "min_price": Min("stockrecords__price"),
            "available": Sum("stockrecords__num_in_stock", default=0)
            - Sum("stockrecords__num_allocated", default=0),
            "child_count": Count("children"),
            "units_sold": Sum("line__quantity", filter=~Q(line__order__status=CANCELLED), default=0),
            "categories": Rows("categories", fields=["name"], order_by=["name"]),
        }
