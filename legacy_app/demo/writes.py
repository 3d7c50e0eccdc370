"""The kinds of writes that a grown monolith does. Most of them send no signal; some are plain SQL.

What is locked in more than one row is locked in the order in which the shop itself locks it (products by SKU),
so that nothing here can deadlock with an order that is being placed.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F

from legacy_app.customers.models import Address, Customer
from legacy_app.demo.shop import Shop
from legacy_app.orders import pricing, services
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product
from legacy_app.seed.words import CITIES, FIRST_NAMES, LAST_NAMES

CHANGED_AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The rows that one writer may change."""

    orders: Sequence[int]
    customers: Sequence[int]
    categories: Sequence[int]
    skus: Sequence[str]

    @classmethod
    def of(cls, shop: Shop, number: int, count: int) -> "Slice":
        """Every ``count``-th row, beginning with ``number``."""
        return cls(
            orders=shop.orders[number::count],
            customers=shop.customers[number::count],
            categories=shop.categories[number::count],
            skus=shop.skus[number::count],
        )

    def some_orders(self) -> list[int]:
        return some(self.orders)


def some(keys: Sequence[int]) -> list[int]:
    return sorted(random.sample(keys, min(CHANGED_AT_ONCE, len(keys))))


def save_order(part: Slice) -> None:
    order = Order.objects.filter(pk__in=part.some_orders()).first()
    if order:
        order.note = f"Changed by the back office, {random.randrange(1000)}"
        order.save()


def update_status(part: Slice) -> None:
    status = random.choice([Order.Status.PAID, Order.Status.SHIPPED])
    Order.objects.filter(pk__in=part.some_orders()).update(status=status)


def hide_orders(part: Slice) -> None:
    Order.objects.filter(pk__in=part.some_orders()[:3]).update(cancelled=True)


def show_orders(part: Slice) -> None:
    Order.objects.filter(pk__in=part.some_orders(), cancelled=True).update(cancelled=False)


def cancel_order(part: Slice) -> None:
    order = Order.objects.filter(pk__in=part.some_orders(), status__in=["new", "paid"]).first()
    if order:
        with transaction.atomic():
            lock_products(order.lines.values_list("product_id", flat=True))
            services.cancel_order(order.pk)


@transaction.atomic
def import_orders(part: Slice) -> None:
    """A nightly import: bulk_create sends no signals."""
    customers, skus = some(part.customers)[:5], random.sample(part.skus, min(5, len(part.skus)))
    lock_products(skus)
    orders = Order.objects.bulk_create(Order(customer_id=pk, note="Imported") for pk in customers)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product_id=sku, quantity=random.randint(1, 5), unit_price=Decimal("9.90"))
        for order in orders
        for sku in random.sample(skus, min(3, len(skus)))
    )


def grow_lines(part: Slice) -> None:
    OrderLine.objects.filter(order_id__in=part.some_orders()).update(quantity=F("quantity") + 1)


@transaction.atomic
def discount_lines(part: Slice) -> None:
    lines = list(OrderLine.objects.filter(order_id__in=part.some_orders()).order_by("id"))
    for line in lines:
        line.quantity, line.discount = 1 + line.quantity % 5, Decimal("0.50")
    OrderLine.objects.bulk_update(lines, ["quantity", "discount"])


def move_lines(part: Slice) -> None:
    """From one order to another: both have to change."""
    orders = list(Order.objects.filter(pk__in=part.some_orders())[:2])
    if len(orders) == 2:
        OrderLine.objects.filter(order=orders[0]).update(order=orders[1])


def delete_lines(part: Slice) -> None:
    OrderLine.objects.filter(order_id__in=part.some_orders()[:2]).delete()


def delete_order(part: Slice) -> None:
    """Cascades to lines, payments and refunds."""
    Order.objects.filter(pk=random.choice(part.orders)).delete()


def capture_payments(part: Slice) -> None:
    orders = Order.objects.filter(pk__in=part.some_orders()[:5]).values_list("pk", flat=True)
    Payment.objects.bulk_create(
        Payment(order_id=pk, amount=Decimal("12.50"), status=Payment.Status.CAPTURED) for pk in list(orders)
    )


def fail_payments(part: Slice) -> None:
    Payment.objects.filter(order_id__in=part.some_orders()).update(status=Payment.Status.FAILED)


def rename_customers(part: Slice) -> None:
    name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
    Customer.objects.filter(pk__in=some(part.customers)[:5]).update(name=name)


def move_house(part: Slice) -> None:
    """A signal of the monolith copies the city to the customer."""
    pks = some(part.customers)
    address = Address.objects.filter(customer_id__in=pks, is_default=True).order_by("id").first()
    if address:
        address.city = random.choice(CITIES)
        address.save()


@transaction.atomic
def change_prices(part: Slice) -> None:
    """The nightly price change: one raw statement over the whole catalogue."""
    lock_products(Product.objects.values_list("sku", flat=True))
    pricing.change_prices(random.choice(["0.5", "-0.5"]))


@transaction.atomic
def rename_products(part: Slice) -> None:
    skus = random.sample(part.skus, min(3, len(part.skus)))
    lock_products(skus)
    with connection.cursor() as cursor:
        for sku in skus:
            cursor.execute(
                "UPDATE orders_product SET name = %s WHERE sku = %s", [f"{sku} {random.randrange(1000)}", sku]
            )


def rename_category(part: Slice) -> None:
    """One row, shown in thousands of orders."""
    category = Category.objects.get(pk=random.choice(part.categories))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_category SET name = %s WHERE id = %s",
            [f"{category.name.split(' (')[0]} ({random.randrange(100)})", category.pk],
        )


def change_their_mind(part: Slice) -> None:
    """A transaction that is rolled back after it has changed a lot."""
    with transaction.atomic():
        Order.objects.filter(pk__in=part.some_orders()).update(note="Never seen", cancelled=True)
        OrderLine.objects.filter(order_id__in=part.some_orders()[:3]).delete()
        transaction.set_rollback(True)


def lock_products(skus) -> None:
    services.lock_products(list(skus))


WRITES: list[Callable[[Slice], None]] = [
    save_order,
    update_status,
    hide_orders,
    show_orders,
    cancel_order,
    import_orders,
    grow_lines,
    discount_lines,
    move_lines,
    delete_lines,
    delete_order,
    capture_payments,
    fail_payments,
    rename_customers,
    move_house,
    change_prices,
    rename_products,
    rename_category,
    change_their_mind,
]
