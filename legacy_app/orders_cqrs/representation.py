"""An order as the API shows it: what OrderSerializer says with queries for every line, from three queries or none."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rest_framework.serializers import DateTimeField

from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders.serializers import OrderCustomerSerializer
from legacy_app.orders.totals import money, order_paid


def placed_order(order: Order, lines: list[OrderLine]) -> dict[str, Any]:
    """An order that was just placed, made from what its handler has in hand."""
    return shown_order(order, lines, paid=Decimal(0))


def order_as_it_is(order_id: int) -> dict[str, Any]:
    order = Order.objects.select_related("customer").get(pk=order_id)
    lines = list(order.lines.select_related("product__category"))
    return shown_order(order, lines, order_paid(order))


def shown_order(order: Order, lines: list[OrderLine], paid: Decimal) -> dict[str, Any]:
    return {
        "id": order.pk,
        "number": order.number,
        "status": order.status,
        "placed_at": DateTimeField().to_representation(order.placed_at),
        "note": order.note,
        "customer": dict(OrderCustomerSerializer(order.customer).data),
        "line_count": len(lines),
        "item_count": sum(line.quantity for line in lines),
        "total": money(total_of(lines)),
        "paid": money(paid),
        "lines": [shown_line(line) for line in lines],
    }


def total_of(lines: Iterable[OrderLine]) -> Decimal:
    return sum((line.quantity * line.unit_price - line.discount for line in lines), start=Decimal(0))


def shown_line(line: OrderLine) -> dict[str, Any]:
    category = line.product.category
    return {
        "sku": line.product_id,
        "name": line.product.name,
        "category": category.name if category else None,
        "quantity": line.quantity,
        "unit_price": money(line.unit_price),
    }
