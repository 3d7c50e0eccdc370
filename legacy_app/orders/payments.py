"""Money in and out of an order."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from rest_framework.exceptions import ValidationError

from legacy_app.exceptions import Conflict
from legacy_app.orders.models import Order, Payment, Refund
from legacy_app.orders.totals import order_paid, order_total


@transaction.atomic
def pay_order(order_id, amount=None, method="card"):
    """Capture a payment; without an amount everything that is still open."""
    order = Order.objects.select_for_update().get(pk=order_id)
    open_amount = order_total(order) - order_paid(order)
    if order.status != Order.Status.NEW or open_amount <= 0:
        raise Conflict(f"Order {order} is {order.status}, there is nothing to pay.")
    if amount is None:
        amount = open_amount
    if amount > open_amount:
        raise ValidationError({"amount": [f"Only {open_amount} is open."]})
    payment = Payment.objects.create(
        order=order, amount=amount, method=method, status=Payment.Status.CAPTURED
    )
    mark_paid_when_covered(order)
    return payment


def mark_paid_when_covered(order):
    if order_paid(order) >= order_total(order):
        Order.objects.filter(pk=order.pk, status=Order.Status.NEW).update(status=Order.Status.PAID)


@transaction.atomic
def refund_order(order_id, amount=None, reason=""):
    """Give money back, newest payment first; without an amount everything that was paid."""
    order = Order.objects.select_for_update().get(pk=order_id)
    payments = list(order.payments.filter(status=Payment.Status.CAPTURED).order_by("-created_at", "-id"))
    left = {payment.pk: refundable(payment) for payment in payments}
    available = sum(left.values(), Decimal(0))
    if not available:
        raise Conflict(f"Order {order} has no captured payment to refund.")
    amount = available if amount is None else amount
    if amount > available:
        raise ValidationError({"amount": [f"Only {available} can be refunded."]})
    for payment in payments:
        part = min(amount, left[payment.pk])
        if part:
            refund_payment(payment, part, left[payment.pk], reason)
            amount -= part
    if not order.payments.filter(status=Payment.Status.CAPTURED).exists():
        Order.objects.filter(pk=order.pk, cancelled=False).update(status=Order.Status.REFUNDED)


def refundable(payment):
    return payment.amount - (payment.refunds.aggregate(total=Sum("amount"))["total"] or 0)


def refund_payment(payment, amount, available, reason):
    Refund.objects.create(payment=payment, amount=amount, reason=reason)
    if amount == available:
        Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.REFUNDED)
