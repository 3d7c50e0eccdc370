"""Paying for an order: by the monolith's own service, which does it in a fixed number of queries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from cqrs_write import Context, handles
from legacy_app.orders import payments
from legacy_app.orders_cqrs.commands.lane import customers_lane
from legacy_app.orders_cqrs.commands.order_command import OrderCommand
from legacy_app.orders_cqrs.commands.refusal import refused_in_words
from legacy_app.orders_cqrs.representation import order_as_it_is

Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


@dataclass(frozen=True, kw_only=True)
class PayOrder(OrderCommand):
    amount: Amount | None = None
    """None for all that is open."""

    method: Literal["card", "transfer", "cash", "wallet"] = "card"


@handles(PayOrder, lane=customers_lane, queue="orders")
def pay_order(command: PayOrder, context: Context) -> dict[str, Any]:
    """Capture the payment; return the order as the API shows it.

    Where there is nothing to pay it is a Conflict: 409 inline. An accepted payment is dead of it, since somebody has
    to look: the money may have been paid otherwise by then.
    """
    with refused_in_words():
        payments.pay_order(command.order_id, amount=command.amount, method=command.method)
    return order_as_it_is(command.order_id)
