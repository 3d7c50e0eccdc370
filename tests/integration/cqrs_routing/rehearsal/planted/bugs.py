"""Bugs of handlers, by what is wrong, with the request that meets each and what a rehearsal is to tell of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.core.cache import cache
from django.core.mail import send_mail
from django.db.models import F
from django.db.models.functions import Lower, Round
from rest_framework.permissions import AllowAny

from legacy_app.customers.models import Address, Customer, Note
from legacy_app.orders import tasks
from legacy_app.orders.models import Order, OrderLine, Payment, Refund, StockMovement
from legacy_app.orders_cqrs import place_order
from legacy_app.orders_cqrs.commands import cancelling, placing
from legacy_app.orders_cqrs.place_order import PlaceOrderView
from legacy_app.rides.models import Driver, DriverPosition, RideRequest

from . import shop

Planting = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Bug:
    """``plant`` gives a handler the bug for a block; ``after`` is done when it has done its work, in its sandbox."""

    asked: shop.Asked
    kinds: set[str]
    plant: Planting | None = None
    after: Callable[[], Any] | None = None


def instead(module: Any, **functions: Any) -> Planting:
    """Other functions in place of those of a handler's module."""
    return lambda: patch.multiple(module, **functions)


def at_another_price(order: Any, lines: Any, products: Any) -> Any:
    for product in products.values():
        product.price += 1
    return insert_lines(order, lines, products)


def without_movements(order: Any, lines: Any, products: Any) -> Any:
    made = insert_lines(order, lines, products)
    StockMovement.objects.filter(order=order).delete()
    return made


def one_line_less(order: Any, lines: Any, products: Any) -> Any:
    return insert_lines(order, lines[1:], products)


def an_hour_late(customer: Any, address_id: Any, note: str) -> Any:
    order = insert_order(customer, address_id, note)
    order.placed_at += timedelta(hours=1)
    order.save(update_fields=["placed_at"])
    return order


def without_address(customer: Any, address_id: Any, note: str) -> Any:
    return insert_order(customer, None, note)


def for_somebody_else(customer_id: int) -> Any:
    return ordering_customer(2)


def numbered_otherwise(customer: Any, address_id: Any, note: str) -> Any:
    order = insert_order(customer, address_id, note)
    order.number = f"N{order.number}"
    Order.objects.filter(pk=order.pk).update(number=order.number)
    return order


def without_note(order: Any) -> None:
    Customer.objects.filter(pk=order.customer_id).update(
        last_contact_at=order.placed_at, updated_at=order.placed_at
    )


def without_contact(order: Any) -> None:
    Customer.objects.filter(pk=order.customer_id).update(updated_at=order.placed_at)
    Note.objects.create(customer_id=order.customer_id, text="Order placed")


def by_one_more(deltas: Any) -> None:
    change_stock({sku: delta - 1 for sku, delta in deltas.items()})


def of_one_line_each(order: Any, lines: Any) -> None:
    change_stock({line.product_id: line.quantity for line in lines})
    StockMovement.objects.bulk_create(
        StockMovement(product=line.product, delta=line.quantity, reason="cancellation", order=order)
        for line in lines
    )


def nothing(*args: Any) -> None:
    pass


insert_lines, insert_order = placing.insert_lines, placing.insert_order
ordering_customer, change_stock = placing.ordering_customer, placing.change_stock


@contextmanager
def lax() -> Iterator[None]:
    """Anybody may order for anybody."""
    with (
        patch.object(PlaceOrderView, "permission_classes", [AllowAny]),
        patch.object(place_order, "may_act_for", lambda user, customer: True),
    ):
        yield


def newest(model: Any) -> Any:
    return model.objects.order_by("-pk")[:1]


BUGS: dict[str, Bug] = {
    # What the handler does itself.
    "a missing row of several": Bug(
        shop.PLACED,
        {
            "orders_orderline: row missing",
            "orders_stockmovement: row missing",
            "answer: lines[] rows missing, item_count, line_count, total changed",
        },
        instead(placing, insert_lines=one_line_less),
    ),
    "no rows of a table at all": Bug(
        shop.PLACED, {"orders_stockmovement: row missing"}, instead(placing, insert_lines=without_movements)
    ),
    "a wrong price": Bug(
        shop.PLACED,
        {"orders_orderline.unit_price: wrong value", "answer: lines[].unit_price, total changed"},
        instead(placing, insert_lines=at_another_price),
    ),
    "a time that is no reading of the clock": Bug(
        shop.PLACED,
        {
            "orders_order.placed_at: wrong value",
            "customers_customer.last_contact_at: wrong value",
            "answer: placed_at changed",
        },
        instead(placing, insert_order=an_hour_late),
    ),
    "a reference that stays empty": Bug(
        shop.PLACED,
        {"orders_order.shipping_address_id: wrong value"},
        instead(placing, insert_order=without_address),
    ),
    "a reference to another row": Bug(
        shop.PLACED,
        {
            "orders_order.customer_id: wrong value",
            "orders_order.shipping_address_id: wrong value",
            "customers_note.customer_id: wrong value",
            "customers_customer: update missing",
            "customers_customer: update extra",
            "answer: customer.* changed",
        },
        instead(placing, ordering_customer=for_somebody_else),
    ),
    "a number that is made otherwise": Bug(
        shop.PLACED,
        {"orders_order.number: wrong value", "answer: number changed"},
        instead(placing, insert_order=numbered_otherwise),
    ),
    "stock that is not taken": Bug(
        shop.PLACED, {"orders_product: update missing"}, instead(placing, change_stock=nothing)
    ),
    "too much stock taken": Bug(
        shop.PLACED, {"orders_product.stock: wrong value"}, instead(placing, change_stock=by_one_more)
    ),
    # What a signal's receiver does in the monolith.
    "a signal's effect that is lost": Bug(
        shop.PLACED,
        {"customers_customer: update missing", "customers_note: row missing"},
        instead(placing, record_contact=nothing),
    ),
    "a signal's row that is lost": Bug(
        shop.PLACED, {"customers_note: row missing"}, instead(placing, record_contact=without_note)
    ),
    "a signal's column that is lost": Bug(
        shop.PLACED,
        {"customers_customer.last_contact_at: wrong value"},
        instead(placing, record_contact=without_contact),
    ),
    # What is done too much.
    "an extra row": Bug(
        shop.PLACED,
        {"customers_note: row extra"},
        after=lambda: Note.objects.create(customer_id=1, text="Order placed"),
    ),
    "an update without its WHERE": Bug(
        shop.PATCHING,
        {"customers_customer: update extra", "customers_customer.email: wrong value"},
        after=lambda: Customer.objects.update(email="all@example.com"),
    ),
    "a row deleted": Bug(
        shop.PATCHING, {"customers_address: delete extra"}, after=lambda: Address.objects.all().delete()
    ),
    "relations that are reset": Bug(
        shop.PUTTING,
        {"customers_customer_tags: delete extra"},
        after=lambda: Customer.objects.get(pk=1).tags.clear(),
    ),
    "a table that nobody has declared": Bug(
        shop.REFUNDING,
        {"orders_stockmovement: no images"},
        after=lambda: StockMovement.objects.create(product_id=1, delta=1),
    ),
    # What is left out, rounded, spelled otherwise.
    "a column that is given up": Bug(
        shop.PATCHING,
        {"customers_customer.phone: wrong value"},
        after=lambda: Customer.objects.filter(pk=1).update(phone=""),
    ),
    "an address in lower case": Bug(
        shop.PUTTING,
        {"customers_customer.email: wrong value"},
        after=lambda: Customer.objects.filter(pk=1).update(email=Lower("email")),
    ),
    "an amount that is rounded": Bug(
        shop.PAYING,
        {"orders_payment.amount: wrong value"},
        after=lambda: Payment.objects.filter(order_id=shop.NEW).update(amount=Round("amount")),
    ),
    "another state than captured": Bug(
        shop.PAYING,
        {"orders_payment.status: wrong value"},
        after=lambda: Payment.objects.filter(order_id=shop.NEW).update(status="authorized"),
    ),
    "a second payment": Bug(
        shop.PAYING,
        {"orders_payment: row extra"},
        after=lambda: Payment.objects.create(order_id=shop.NEW, amount="10.05", status="captured"),
    ),
    "a flag that is forgotten": Bug(
        shop.CANCELLING,
        {"orders_order.cancelled: wrong value"},
        after=lambda: Order.objects.filter(pk=shop.PAID).update(cancelled=False),
    ),
    "one line of two that count": Bug(
        shop.CANCELLING,
        {"orders_product.stock: wrong value"},
        instead(cancelling, return_stock=of_one_line_each),
    ),
    "another reason": Bug(
        shop.CANCELLING,
        {"orders_stockmovement.reason: wrong value"},
        after=lambda: StockMovement.objects.filter(reason="cancellation").update(reason="cancelled"),
    ),
    "a refund that is written twice": Bug(
        shop.REFUNDING,
        {"orders_refund: row extra"},
        after=lambda: Refund.objects.create(payment=Payment.objects.get(), amount="4.50", reason="Broken"),
    ),
    "a text that is cut": Bug(
        shop.REFUNDING,
        {"orders_refund.reason: wrong value"},
        after=lambda: Refund.objects.update(reason="Brok"),
    ),
    "a state in which a row stays": Bug(
        shop.ACCEPTING,
        {"rides_driver: update missing"},
        after=lambda: Driver.objects.filter(name="bo").update(status="available"),
    ),
    "another row that changes its state": Bug(
        shop.COMPLETING,
        {"rides_driver: update missing", "rides_driver: update extra"},
        after=lambda: Driver.objects.update(status="busy"),
    ),
    "a fare in other units": Bug(
        shop.COMPLETING,
        {"rides_riderequest.fare: wrong value"},
        after=lambda: RideRequest.objects.filter(pk=shop.ACCEPTED_RIDE).update(fare=F("fare") / 10),
    ),
    "a time that is forgotten": Bug(
        shop.COMPLETING,
        {"rides_riderequest.completed_at: wrong value"},
        after=lambda: RideRequest.objects.filter(pk=shop.ACCEPTED_RIDE).update(completed_at=None),
    ),
    "columns that are swapped": Bug(
        shop.REQUESTING,
        {"rides_riderequest.pickup_lat: wrong value", "rides_riderequest.pickup_lng: wrong value"},
        after=lambda: RideRequest.objects.exclude(pk__in=[shop.RIDE, shop.ACCEPTED_RIDE]).update(
            pickup_lat=F("pickup_lng"), pickup_lng=F("pickup_lat")
        ),
    ),
    "a history that is not kept": Bug(
        shop.REPORTING,
        {"rides_driverposition: row missing"},
        after=lambda: DriverPosition.objects.all().delete(),
    ),
    "a place that stays": Bug(
        shop.REPORTING,
        {"rides_driver.lat: wrong value", "rides_driver.lng: wrong value"},
        after=lambda: Driver.objects.filter(name="bo").update(lat=1, lng=1),
    ),
    # What must wait for the commit.
    "a mail within the transaction": Bug(
        shop.PLACED,
        {"mail within the handler's transaction"},
        after=lambda: send_mail("Order", "placed", None, ["ada@example.com"]),
    ),
    "a task within the transaction": Bug(
        shop.PLACED,
        {"task within the handler's transaction"},
        after=lambda: tasks.send_order_confirmation.delay(1),
    ),
    "a cache entry within the transaction": Bug(
        shop.PLACED, {"cache within the handler's transaction"}, after=lambda: cache.set("placed", 1)
    ),
    # Who may do it.
    "a permission that is not asked for": Bug(
        shop.Asked("POST orders:order-list", "/api/orders/", shop.PLACE, by="ben"),
        {
            "answer: status 403 → 201",
            "orders_order: row extra",
            "orders_orderline: row extra",
            "orders_stockmovement: row extra",
            "orders_product: update extra",
            "customers_customer: update extra",
            "customers_note: row extra",
        },
        lax,
    ),
    "lines that are merged": Bug(
        shop.Asked(
            "POST orders:order-list",
            "/api/orders/",
            {"customer": 1, "lines": [{"sku": "A", "quantity": 2}, {"sku": "A", "quantity": 1}]},
        ),
        {"orders_orderline: row missing"},
        after=lambda: OrderLine.objects.filter(pk__in=newest(OrderLine).values("pk")).delete(),
    ),
}
