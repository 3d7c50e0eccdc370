"""What may be asked of orders, and who does it."""

from legacy_app.orders_cqrs.commands.cancelling import CancelOrder, cancel_order
from legacy_app.orders_cqrs.commands.paying import PayOrder, pay_order
from legacy_app.orders_cqrs.commands.placing import OrderLineInput, PlaceOrder, place_order
from legacy_app.orders_cqrs.commands.refunding import RefundOrder, refund_order

__all__ = [
    "CancelOrder",
    "OrderLineInput",
    "PayOrder",
    "PlaceOrder",
    "RefundOrder",
    "cancel_order",
    "pay_order",
    "place_order",
    "refund_order",
]
