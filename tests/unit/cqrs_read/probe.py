"""A read model to declare something on."""

from typing import Any

from django.db import models

from cqrs_read import ReadModel
from legacy_app.orders.models import Order


def declared(expression: Any, **projection: Any) -> type[ReadModel]:
    """A read model over orders whose column ``value`` is ``expression``."""

    class Projected:
        source = Order
        columns = {"value": expression} | projection

    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        value = models.IntegerField(null=True)
        Projection = Projected

        class Meta:
            app_label = "orders_cqrs"

    return Probe
