"""What was sold where and when."""

from django.db import models
from django.db.models import Count, Max, Min, Sum

from cqrs_read import ReadModel
from legacy_app.orders_cqrs.read_models.order_summary import OrderSummary


class SalesByCityAndDay(ReadModel):
    """One row for each city and day (UTC) with orders: a read model over another one."""

    pk = models.CompositePrimaryKey("customer_city", "placed_on")
    customer_city = models.CharField(max_length=100)
    placed_on = models.DateField()
    orders = models.IntegerField()
    items = models.IntegerField()
    revenue = models.DecimalField(max_digits=16, decimal_places=2)
    smallest = models.DecimalField(max_digits=14, decimal_places=2)
    largest = models.DecimalField(max_digits=14, decimal_places=2)

    class Projection:
        source = OrderSummary
        group_by = ["customer_city", "placed_on"]
        columns = {
            "orders": Count("id"),
            "items": Sum("item_count"),
            "revenue": Sum("total"),
            "smallest": Min("total"),
            "largest": Max("total"),
        }

    class Meta:
        verbose_name_plural = "sales by city and day"
        indexes = [models.Index(fields=["-placed_on"], name="sales_newest")]
