from decimal import Decimal

from django.db import models

CENT = Decimal("0.01")


class Line(models.Model):
    """The sample's order line."""

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField()
    sku = models.CharField(max_length=32)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    discount = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        managed = False
        db_table = "orders_orderline"
