"""Cancelling an order: the monolith's effect, in as many queries for many lines as for one."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from cqrs_write import Context, handles
from legacy_app.exceptions import Conflict
from legacy_app.orders.models import Order, OrderLine, StockMovement
from legacy_app.orders.totals import order_paid
from legacy_app.orders_cqrs.commands.lane import customers_lane
from legacy_app.orders_cqrs.commands.order_command import OrderCommand
from legacy_app.orders_cqrs.commands.stock import change_stock
from legacy_app.orders_cqrs.representation import shown_order


@dataclass(frozen=True, kw_only=True)
class CancelOrder(OrderCommand):
    pass


@handles(CancelOrder, lane=customers_lane, queue="orders")
def cancel_order(command: CancelOrder, context: Context) -> dict[str, Any]:
    """Cancel the order and return its stock; return the order as the API shows it.

    The order is locked first and then its products by SKU, as the monolith does, so that both sides wait for each
    other. Where it is too late it is a Conflict: 409 inline, and what an accepted command is dead of.
    """
    order = lock_order(command.order_id)
    if order.status not in {Order.Status.NEW, Order.Status.PAID}:
        raise Conflict(f"Order {order} is {order.status} and can no longer be cancelled.")
    lines = lock_products_of(order)
    return_stock(order, lines)
    order.status = Order.Status.CANCELLED
    Order.objects.filter(pk=order.pk).update(status=order.status, cancelled=True)
    return shown_order(order, sorted(lines, key=lambda line: line.pk), order_paid(order))


def lock_order(order_id: int) -> Order:
    orders = Order.objects.select_related("customer").select_for_update(of=("self",))
    return orders.get(pk=order_id)


def lock_products_of(order: Order) -> list[OrderLine]:
    """The order's lines by SKU, their products locked as an UPDATE locks them."""
    lines = order.lines.order_by("product_id", "id").select_related("product__category")
    return list(lines.select_for_update(of=("product",), no_key=True))


def return_stock(order: Order, lines: list[OrderLine]) -> None:
    returned: Counter[str] = Counter()
    for line in lines:
        returned[line.product_id] += line.quantity
    change_stock(returned)
    StockMovement.objects.bulk_create(
        StockMovement(product=line.product, delta=line.quantity, reason="cancellation", order=order)
        for line in lines
    )
