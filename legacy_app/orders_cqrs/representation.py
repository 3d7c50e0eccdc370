"""A placed order as the API shows it, made from what its handler has in hand: no query."""

from decimal import Decimal
from typing import Any

from rest_framework.serializers import DateTimeField

from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders.serializers import OrderCustomerSerializer
from legacy_app.orders.totals import money


def placed_order(order: Order, lines: list[OrderLine]) -> dict[str, Any]:
    """The same body as OrderSerializer's for an order that was just placed."""
    total = sum((line.quantity * line.unit_price - line.discount for line in lines), start=Decimal(0))
    return {
        "id": order.pk,
        "number": order.number,
        "status": order.status,
        "placed_at": DateTimeField().to_representation(order.placed_at),
        "note": order.note,
        "customer": dict(OrderCustomerSerializer(order.customer).data),
        "line_count": len(lines),
        "item_count": sum(line.quantity for line in lines),
        "total": money(total),
        "paid": "0.00",
        "lines": [placed_line(line) for line in lines],
    }


def placed_line(line: OrderLine) -> dict[str, Any]:
    category = line.product.category
    return {
        "sku": line.product_id,
        "name": line.product.name,
        "category": category.name if category else None,
        "quantity": line.quantity,
        "unit_price": money(line.unit_price),
    }
