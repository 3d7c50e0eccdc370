"""Many writers, two refreshers, a backfill and a verifier at once, over real connections: never a difference."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cqrs_read.backfill import backfill
from cqrs_read.refresh import refresh
from cqrs_read.verify import verify
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 6
WRITERS = 4


class Undone(Exception):
    """Rolls a transaction back."""


class Crew:
    """Threads that repeat an action until the time is over; what one of them raises fails the test."""

    def __init__(self) -> None:
        self.stopped, self.loops = threading.Event(), list[Callable[[], None]]()

    def repeat(self, action: Callable[[random.Random], object], seed: int) -> None:
        def loop() -> None:
            choice = random.Random(seed)
            try:
                while not self.stopped.is_set():
                    action(choice)
            finally:
                self.stopped.set()
                connection.close()

        self.loops.append(loop)

    def work(self, seconds: float) -> None:
        with ThreadPoolExecutor(len(self.loops)) as threads:
            working = [threads.submit(loop) for loop in self.loops]
            self.stopped.wait(seconds)
            self.stopped.set()
        for one in working:
            one.result()


def write(choice: random.Random) -> None:
    """One transaction of a few writes; one in five is rolled back, some keep others waiting."""
    try:
        with transaction.atomic():
            for _ in range(choice.randint(1, 4)):
                choice.choice(ACTIONS)(choice)
            if choice.random() < 0.1:
                time.sleep(0.05)
            if choice.random() < 0.2:
                raise Undone
    except Undone:
        pass
    except DatabaseError as error:
        # Deadlocks and lock timeouts between the writers themselves are theirs, as anywhere.
        if not any(text in str(error) for text in ("deadlock", "locked", "foreign key", "FOREIGN KEY")):
            raise


def place(choice: random.Random) -> None:
    order = Order.objects.create(customer=choice.choice(Customer.all_objects.all()[:5]))
    skus = choice.sample("ABC", 2)
    OrderLine.objects.bulk_create(
        [
            OrderLine(order=order, product_id=sku, quantity=choice.randint(1, 9), unit_price="9.99")
            for sku in skus
        ]
    )


def change_lines(choice: random.Random) -> None:
    OrderLine.objects.filter(product_id=choice.choice("ABC")).update(quantity=choice.randint(1, 9))


def move_lines(choice: random.Random) -> None:
    orders = list(Order.objects.order_by("?").values_list("pk", flat=True)[:2])
    if len(orders) == 2:
        OrderLine.objects.filter(order=orders[0]).update(order=orders[1])


def delete_order(choice: random.Random) -> None:
    if order := Order.objects.order_by("?").first():
        order.delete()


def pay(choice: random.Random) -> None:
    if order := Order.objects.order_by("?").first():
        Payment.objects.create(order=order, amount=choice.randint(1, 99), status="captured")


ACTIONS: list[Callable[[random.Random], Any]] = [
    place,
    place,
    change_lines,
    move_lines,
    delete_order,
    pay,
    lambda choice: Customer.objects.filter(pk=choice.randint(1, 5)).update(name=f"N{choice.random()}"),
    lambda choice: Product.objects.filter(sku=choice.choice("ABC")).update(name=f"P{choice.random()}"),
    lambda choice: Category.objects.update(name=f"C{choice.random()}"),
    lambda choice: Order.objects.filter(pk__lt=choice.randint(1, 500)).update(
        cancelled=choice.random() < 0.3
    ),
]


def verify_now(choice: random.Random) -> None:
    assert verify(OrderSummary).differences == ()


def refresh_now(choice: random.Random) -> None:
    refresh(OrderSummary)
    time.sleep(0.005)


def test_nothing_is_lost_and_nothing_is_wrong(filled: list[Order]) -> None:
    seed = random.randrange(10_000)
    crew = Crew()
    for number in range(WRITERS):
        crew.repeat(write, seed + number)
    for number in range(2):
        crew.repeat(refresh_now, seed + 100 + number)
    crew.repeat(verify_now, seed + 200)
    crew.repeat(lambda choice: backfill(OrderSummary, chunk=3), seed + 300)
    crew.work(SECONDS)
    backfill(OrderSummary)
    refresh(OrderSummary)
    assert verify(OrderSummary).differences == ()
    assert read_model_answer() == legacy_answer()
