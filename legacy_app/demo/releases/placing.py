"""The first draft of placing an order. Who wrote it has missed two things that the monolith does elsewhere."""

from dataclasses import dataclass
from typing import Any

from cqrs_write import Context, handles
from legacy_app.demo.releases.release import deployed
from legacy_app.orders import services
from legacy_app.orders.models import OrderLine
from legacy_app.orders_cqrs.commands import PlaceOrder
from legacy_app.orders_cqrs.commands.lane import customers_lane
from legacy_app.orders_cqrs.commands.placing import (
    insert_order,
    ordering_customer,
    record_contact,
    take_stock,
)
from legacy_app.orders_cqrs.place_order import PlaceOrderView
from legacy_app.orders_cqrs.representation import placed_order

DRAFT = "draft"


@dataclass(frozen=True, kw_only=True)
class DraftPlaceOrder(PlaceOrder):
    """The same order, for the draft of its handler."""


@handles(DraftPlaceOrder, lane=customers_lane, queue="orders")
def draft_place_order(command: DraftPlaceOrder, context: Context) -> dict[str, Any]:
    """Writes no movement of the stock, and has the e-mail sent before the order is committed."""
    products = take_stock(command.lines)
    customer, address_id = ordering_customer(command.customer_id)
    order = insert_order(customer, address_id, command.note)
    lines = OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=products[line.sku],
            quantity=line.quantity,
            unit_price=products[line.sku].price,
        )
        for line in command.lines
    )
    record_contact(order)
    services.queue_confirmation(order.pk)
    return placed_order(order, lines)


class ReleasedPlaceOrderView(PlaceOrderView):
    def to_command(self, request):
        command = super().to_command(request)
        if deployed().placing != DRAFT:
            return command
        return DraftPlaceOrder(customer_id=command.customer_id, lines=command.lines, note=command.note)


released_place_order_view = ReleasedPlaceOrderView.as_view()
