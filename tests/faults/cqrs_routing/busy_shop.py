"""A busy shop: seeded, with its read models filled, and writers of every kind beside whoever asks."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from cqrs_read.backfill import backfill
from cqrs_read.refresh import refresh
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.demo.shop import Shop, opened_shop
from legacy_app.demo.writes import WRITES, Slice, some
from legacy_app.orders.models import Category, Order, Product
from legacy_app.orders.placing import PlaceOrderSerializer
from legacy_app.orders_cqrs.read_models import OrderSummary, ProductCard
from legacy_app.rides import services
from legacy_app.rides.models import Driver, RideRequest
from legacy_app.rides_cqrs.read_models import DriverCard
from legacy_app.seed.rides import CENTRE

SCALE = "0.01"
"""20 customers, 200 orders, 60 products, 10 drivers."""

IMPORTED = 100
"""Imported orders that are kept: more than a moment catches up with would be in the way of every other write."""

READ_MODELS = [OrderSummary, ProductCard, CustomerCard, DriverCard]

Write = Callable[[Slice], object]


def open_busy_shop() -> Shop:
    call_command("seed_legacy", "--scale", SCALE, verbosity=0)
    for read_model in READ_MODELS:
        backfill(read_model)
    return opened_shop()


def place_order(part: Slice) -> None:
    lines = [{"sku": sku, "quantity": random.randint(1, 3)} for sku in sorted(random.sample(part.skus, 2))]
    form = PlaceOrderSerializer(
        data={"customer": random.choice(part.customers), "lines": lines, "note": "Imported"}
    )
    if form.is_valid():
        form.save()


def forget_imports(part: Slice) -> None:
    imported = Order.objects.filter(note="Imported").order_by("-id").values_list("pk", flat=True)
    Order.objects.filter(pk__in=list(imported[IMPORTED:])).delete()


def move_city(part: Slice) -> None:
    Customer.objects.filter(pk__in=some(part.customers)[:3]).update(city=random.choice(["Bonn", "Ulm"]))


def delete_customer(part: Slice) -> None:
    Customer.objects.get(pk=random.choice(part.customers)).delete()


def restore_customers(part: Slice) -> None:
    Customer.all_objects.filter(pk__in=part.customers).update(deleted_at=None, last_contact_at=timezone.now())


def change_catalogue(part: Slice) -> None:
    """Products that are sold no more, sold again, in another category, or out of stock."""
    category = random.choice([*Category.objects.filter(pk__in=part.categories), None])
    product = Product.objects.filter(sku=random.choice(part.skus))
    product.update(active=random.random() < 0.8, category=category, stock=random.choice([0, 1000]))


def report_position(part: Slice) -> None:
    place = {"lat": CENTRE[0] + random.gauss(0, 0.05), "lng": CENTRE[1] + random.gauss(0, 0.05)}
    services.report_position(Driver.objects.order_by("?")[0], **place)


def change_driver(part: Slice) -> None:
    driver = Driver.objects.filter(pk=Driver.objects.order_by("?")[0].pk)
    driver.update(status=random.choice(Driver.Status.values), rating=random.choice([None, "4.50"]))


def ride(part: Slice) -> None:
    rides = RideRequest.objects.filter(pk=RideRequest.objects.order_by("?")[0].pk)
    rides.update(
        status=random.choice(RideRequest.Status.values), driver=random.choice([None, *Driver.objects.all()])
    )


ALL_WRITES: list[Write] = [
    *WRITES,
    place_order,
    place_order,
    forget_imports,
    move_city,
    delete_customer,
    restore_customers,
    restore_customers,
    change_catalogue,
    report_position,
    change_driver,
    ride,
]


@dataclass
class Writer:
    """One of several that write, with rows of its own; some of its transactions take a while.

    Attributes:
        pause: seconds after each write, at most.
    """

    part: Slice
    writes: list[Write]
    pause: float = 0.0
    done: Counter[str] = field(default_factory=Counter)

    def write(self, choice: random.Random) -> None:
        write = choice.choice(self.writes)
        try:
            with transaction.atomic():
                write(self.part)
                if choice.random() < 0.05:
                    time.sleep(0.05)
            self.done[write.__name__] += 1
        except (DatabaseError, ObjectDoesNotExist, ValidationError):
            pass  # rows that another writer has deleted, or locked, or too few in stock
        time.sleep(choice.random() * self.pause)


def refresh_all(choice: random.Random) -> None:
    for read_model in READ_MODELS:
        refresh(read_model)
    time.sleep(0.05)
