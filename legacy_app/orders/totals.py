"""What an order costs and what has been paid for it."""

from decimal import Decimal

from legacy_app.orders.models import Payment

CENT = Decimal("0.01")


def money(amount):
    """The amount as the API shows it: a string with two decimal places."""
    return str(amount.quantize(CENT))


def order_total(order):
    return sum((line.quantity * line.unit_price - line.discount for line in order.lines.all()), Decimal(0))


def order_paid(order):
    captured = order.payments.filter(status=Payment.Status.CAPTURED)
    return sum((payment.amount for payment in captured), Decimal(0))
