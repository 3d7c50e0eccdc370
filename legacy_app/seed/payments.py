"""An order's payments and refunds, as its status demands them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from legacy_app.seed.words import REFUND_REASONS
from legacy_app.seed.writer import Row

METHODS = ["card", "card", "card", "wallet", "transfer"]
CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidOrder:
    id: int
    status: str
    total: Decimal
    placed_at: datetime
    closed_at: datetime


def payments_of(order: PaidOrder, random: Random, payments: list[Row], refunds: list[Row]) -> None:
    """Append the order's payment rows and refund rows."""
    if random.random() < 0.04:
        payments.append(payment(order, random, order.total, "failed", seconds=20))
    if order.status == "new":
        if random.random() < 0.3:
            payments.append(payment(order, random, order.total, "authorized", seconds=60))
    elif order.status in {"paid", "shipped"}:
        add_captured(order, random, payments, refunds)
    elif order.status == "refunded" or random.random() < 0.5:
        add_refunded(order, random, payments, refunds)


def add_captured(order: PaidOrder, random: Random, payments: list[Row], refunds: list[Row]) -> None:
    for amount in instalments(order.total, random):
        payments.append(payment(order, random, amount, "captured", seconds=60))
    if order.status == "shipped" and random.random() < 0.02:
        part = (payments[-1][2] / 4).quantize(CENT)
        refunds.append([payments[-1][0], part, random.choice(REFUND_REASONS), order.closed_at])


def add_refunded(order: PaidOrder, random: Random, payments: list[Row], refunds: list[Row]) -> None:
    payments.append(payment(order, random, order.total, "refunded", seconds=60))
    refunds.append([payments[-1][0], order.total, random.choice(REFUND_REASONS), order.closed_at])


def instalments(total: Decimal, random: Random) -> list[Decimal]:
    if random.random() >= 0.05:
        return [total]
    first = (total / 2).quantize(CENT)
    return [first, total - first]


def payment(order: PaidOrder, random: Random, amount: Decimal, status: str, *, seconds: int) -> Row:
    # Never after the order was closed: recent orders are closed by the end of the seeded period.
    created_at = min(order.placed_at + timedelta(seconds=seconds), max(order.closed_at, order.placed_at))
    payment_id = UUID(int=random.getrandbits(128), version=4)
    return [payment_id, order.id, amount, random.choice(METHODS), status, created_at]
