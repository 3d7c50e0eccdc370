"""Refunding an order: by the monolith's own service, which takes three queries for each of a payment or two."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from cqrs_write import Context, handles
from legacy_app.orders import payments
from legacy_app.orders_cqrs.commands.lane import customers_lane
from legacy_app.orders_cqrs.commands.order_command import OrderCommand
from legacy_app.orders_cqrs.commands.paying import Amount
from legacy_app.orders_cqrs.commands.refusal import refused_in_words
from legacy_app.orders_cqrs.representation import order_as_it_is


@dataclass(frozen=True, kw_only=True)
class RefundOrder(OrderCommand):
    amount: Amount | None = None
    """None for all that was paid."""

    reason: Annotated[str, Field(max_length=200)] = ""


@handles(RefundOrder, lane=customers_lane, queue="orders")
def refund_order(command: RefundOrder, context: Context) -> dict[str, Any]:
    """Give the money back, newest payment first; return the order as the API shows it."""
    with refused_in_words():
        payments.refund_order(command.order_id, amount=command.amount, reason=command.reason)
    return order_as_it_is(command.order_id)
