"""Placing an order. The rows written are those that the monolith writes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from cqrs_write import Command, CommandRejected, Context, handles
from cqrs_write.outbox.emit import emit
from legacy_app.customers.models import Customer, Note
from legacy_app.orders import services
from legacy_app.orders.models import Order, OrderLine, Product, StockMovement
from legacy_app.orders_cqrs.commands.lane import customers_lane
from legacy_app.orders_cqrs.commands.stock import change_stock
from legacy_app.orders_cqrs.events import OrderPlaced
from legacy_app.orders_cqrs.representation import placed_order, total_of


@dataclass(frozen=True, kw_only=True)
class OrderLineInput:
    sku: str
    quantity: Annotated[int, Field(ge=1, le=10_000)]


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(Command):
    customer_id: int
    lines: Annotated[tuple[OrderLineInput, ...], Field(min_length=1)]
    note: Annotated[str, Field(max_length=2000)] = ""


@handles(PlaceOrder, lane=customers_lane, queue="orders")
def place_order(command: PlaceOrder, context: Context) -> dict[str, Any]:
    """Place the order, or reject it if the stock does not suffice; return the order as the API shows it.

    Stock is checked here and not when the command is accepted, since only here it is locked. An accepted
    order that finds too little is dead, with the reason: somebody tells the customer, or retries it after a
    delivery.
    """
    products = take_stock(command.lines)
    customer, address_id = ordering_customer(command.customer_id)
    order = insert_order(customer, address_id, command.note)
    lines = insert_lines(order, command.lines, products)
    record_contact(order)
    context.on_commit(partial(services.queue_confirmation, order.pk))
    emit(order_placed(order, lines), using=context.using)
    return placed_order(order, lines)


def take_stock(lines: Iterable[OrderLineInput]) -> dict[str, Product]:
    """Lock the products, check their stock and take it in one statement; return them by SKU."""
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    products = lock_products(wanted)
    if problems := shortages(wanted, products):
        raise CommandRejected(" ".join(problems), detail={"lines": problems})
    change_stock({sku: -quantity for sku, quantity in wanted.items()})
    return products


def lock_products(skus: Iterable[str]) -> dict[str, Product]:
    # In the order in which the monolith locks them, so that old and new side wait for each other.
    products = Product.objects.filter(sku__in=skus, active=True).order_by("sku").select_related("category")
    return {product.sku: product for product in products.select_for_update(of=("self",))}


def shortages(wanted: Counter[str], products: dict[str, Product]) -> list[str]:
    problems = []
    for sku, quantity in wanted.items():
        if sku not in products:
            problems.append(f"{sku} is no longer sold.")
        elif products[sku].stock < quantity:
            problems.append(f"Not enough stock of {sku}: {products[sku].stock} left, {quantity} wanted.")
    return problems


def ordering_customer(customer_id: int) -> tuple[Customer, int | None]:
    """The customer and the id of the default address."""
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        problem = f'Invalid pk "{customer_id}" - object does not exist.'
        raise CommandRejected(problem, detail={"customer": [problem]})
    return customer, customer.addresses.filter(is_default=True).values_list("pk", flat=True).first()


def insert_order(customer: Customer, address_id: int | None, note: str) -> Order:
    order = Order(customer=customer, note=note, placed_at=timezone.now(), shipping_address_id=address_id)
    # Sends no signal: what the monolith's receiver does is in record_contact().
    Order.objects.bulk_create([order])
    order.number = f"{order.placed_at.year}-{order.pk:07d}"
    Order.objects.filter(pk=order.pk).update(number=order.number, updated_at=timezone.now())
    return order


def insert_lines(
    order: Order, lines: Iterable[OrderLineInput], products: dict[str, Product]
) -> list[OrderLine]:
    StockMovement.objects.bulk_create(
        StockMovement(product=products[line.sku], delta=-line.quantity, reason="order", order=order)
        for line in lines
    )
    return OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=products[line.sku],
            quantity=line.quantity,
            unit_price=products[line.sku].price,
        )
        for line in lines
    )


def record_contact(order: Order) -> None:
    """Placing an order counts as a contact with the customer."""
    Customer.objects.filter(pk=order.customer_id).update(
        last_contact_at=order.placed_at, updated_at=timezone.now()
    )
    Note.objects.create(customer_id=order.customer_id, text="Order placed")


def order_placed(order: Order, lines: list[OrderLine]) -> OrderPlaced:
    return OrderPlaced(
        aggregate_id=order.pk, number=order.number, customer_id=order.customer_id, total=total_of(lines)
    )
