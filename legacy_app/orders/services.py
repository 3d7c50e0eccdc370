"""The steps of placing an order, which expect the caller's transaction, and the cancelling of one."""

import logging
from collections import Counter

from django.db import transaction
from django.db.models import F
from kombu.exceptions import OperationalError
from rest_framework.exceptions import ValidationError

from legacy_app.exceptions import Conflict
from legacy_app.orders import tasks
from legacy_app.orders.models import Order, OrderLine, Product, StockMovement

logger = logging.getLogger(__name__)


def take_stock(lines):
    """Lock the products of ``[(sku, quantity), ...]``, check their stock and take it; return them by SKU."""
    wanted = Counter()
    for sku, quantity in lines:
        wanted[sku] += quantity
    products = lock_products(wanted)
    check_stock(wanted, products)
    for sku, quantity in wanted.items():
        Product.objects.filter(sku=sku).update(stock=F("stock") - quantity)
    return products


def lock_products(skus):
    # In SKU order, so that two orders for the same products wait for each other instead of deadlocking.
    locked = Product.objects.select_for_update().filter(sku__in=skus, active=True).order_by("sku")
    return {product.sku: product for product in locked}


def check_stock(wanted, products):
    problems = []
    for sku, quantity in wanted.items():
        if sku not in products:
            problems.append(f"{sku} is no longer sold.")
        elif products[sku].stock < quantity:
            problems.append(f"Not enough stock of {sku}: {products[sku].stock} left, {quantity} wanted.")
    if problems:
        raise ValidationError({"lines": problems})


def give_number(order):
    order.number = f"{order.placed_at.year}-{order.pk:07d}"
    order.save(update_fields=["number", "updated_at"])


def add_lines(order, lines, products):
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=products[sku], quantity=quantity, unit_price=products[sku].price)
        for sku, quantity in lines
    )
    StockMovement.objects.bulk_create(
        StockMovement(product=products[sku], delta=-quantity, reason="order", order=order)
        for sku, quantity in lines
    )


def confirm_by_email(order):
    transaction.on_commit(lambda: queue_confirmation(order.pk))


def queue_confirmation(order_id):
    try:
        tasks.send_order_confirmation.apply_async((order_id,), retry=False)
    except OperationalError:
        # The order stands; a customer without an e-mail is better than a failed checkout.
        logger.warning("No confirmation e-mail for order %s: the broker is not reachable.", order_id)


@transaction.atomic
def cancel_order(order_id):
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.status not in {Order.Status.NEW, Order.Status.PAID}:
        raise Conflict(f"Order {order} is {order.status} and can no longer be cancelled.")
    return_stock(order)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED, cancelled=True)


def return_stock(order):
    lines = list(order.lines.order_by("product_id").select_related("product"))
    for line in lines:
        Product.objects.filter(sku=line.product_id).update(stock=F("stock") + line.quantity)
    StockMovement.objects.bulk_create(
        StockMovement(product=line.product, delta=line.quantity, reason="cancellation", order=order)
        for line in lines
    )
