from decimal import Decimal

from dj_cqrs.mixins import MasterMixin
from django.db import models

CENT = Decimal("0.01")


class Line(MasterMixin, models.Model):
    """The sample's order line, in a table of its own for the two columns that every master model has."""

    CQRS_ID = "line"

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField()
    sku = models.CharField(max_length=32)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    discount = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        managed = False
        db_table = "rival_line"
