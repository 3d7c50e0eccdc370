"""What the order list must hold: the legacy serializer's own answer, row by row."""

import json
from typing import Any

from rest_framework.renderers import JSONRenderer

from legacy_app.orders.models import Order
from legacy_app.orders.serializers import OrderSerializer
from legacy_app.orders_cqrs.read_models import OrderSummary
from legacy_app.orders_cqrs.views import OrderList


def legacy_answer() -> list[dict[str, Any]]:
    orders = Order.objects.filter(cancelled=False).order_by("id")
    return _rendered(OrderSerializer(orders, many=True).data)


def read_model_answer() -> list[dict[str, Any]]:
    rows = OrderSummary.objects.order_by("id").values(*OrderList.fields)
    return _rendered([OrderList().represent(row) for row in rows])


def _rendered(data: Any) -> list[dict[str, Any]]:
    return json.loads(JSONRenderer().render(data))  # type: ignore[no-any-return]
