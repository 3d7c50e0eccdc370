"""Moments while four writers commit as fast as they can and a refresher runs beside: never a false difference."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.db.models import Count, F, Sum

from cqrs_read.backfill import backfill
from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.moment import Seen, in_one_moment
from cqrs_read.refresh import refresh
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order, OrderLine, Payment
from legacy_app.orders_cqrs.read_models import OrderSummary, SalesByCityAndDay
from legacy_app.rides.models import Driver, RideRequest
from legacy_app.rides_cqrs.read_models import DriverCard
from tests.faults.cqrs_read.test_concurrency import Crew

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")

READ_MODELS = [OrderSummary, SalesByCityAndDay, CustomerCard, DriverCard]
WRITERS = 4
MOMENTS = 60
SECONDS = 120
"""At most: a moment takes milliseconds, of which the others need some as well."""


@pytest.fixture
def all_filled(shop: list[Order]) -> None:
    for number in range(3):
        Driver.objects.create(name=f"driver {number}", plate=f"P{number}")
    for read_model in READ_MODELS:
        backfill(read_model)


def to_the_cent(sums: Iterable[Any]) -> list[Decimal]:
    """As money is: SQLite adds binary fractions, whose last digits depend on the order."""
    return [round(Decimal(one), 2) for one in sums]


class Candidate:
    """What the read models say."""

    def orders(self) -> list[Any]:
        columns = [Sum(column, default=0) for column in ("item_count", "total", "paid")]
        sums = OrderSummary.objects.aggregate(Count("id"), *columns)
        return [
            *to_the_cent(sums.values()),
            *sorted(OrderSummary.objects.values_list("id", "status", "customer_name")),
        ]

    def sales(self) -> list[Any]:
        columns = [Sum(column, default=0) for column in ("orders", "items", "revenue")]
        return to_the_cent(SalesByCityAndDay.objects.aggregate(*columns).values())

    def customers(self) -> list[Any]:
        cards = CustomerCard.objects.filter(order_count__gt=0)
        revenue = sum(cards.values_list("revenue", flat=True))
        return [*to_the_cent([revenue]), *sorted(cards.values_list("id", "name", "order_count"))]

    def drivers(self) -> list[Any]:
        return sorted(DriverCard.objects.values_list("id", "status", "ride_count"))


class Legacy:
    """The same from the legacy tables, each of which is read by itself."""

    def orders(self) -> list[Any]:
        names, paid = dict(self._names()), Payment.objects.filter(status="captured", order__cancelled=False)
        orders = self._orders().values_list("id", "status", "customer_id")
        return [
            *self.sales(),
            *to_the_cent(paid.aggregate(Sum("amount", default=0)).values()),
            *sorted((key, status, names[customer]) for key, status, customer in orders),
        ]

    def sales(self) -> list[Any]:
        worth = F("quantity") * F("unit_price") - F("discount")
        lines = OrderLine.objects.filter(order__cancelled=False)
        items, total = lines.aggregate(items=Sum("quantity", default=0), total=Sum(worth, default=0)).values()
        return to_the_cent([self._orders().count(), items, total])

    def customers(self) -> list[Any]:
        names, counts = dict(self._names()), Counter(self._orders().values_list("customer_id", flat=True))
        return [self.sales()[2], *sorted((key, names[key], count) for key, count in counts.items())]

    def drivers(self) -> list[Any]:
        rides = RideRequest.objects.filter(status="completed").values_list("driver_id", flat=True)
        count = Counter(rides)
        return sorted((key, status, count[key]) for key, status in Driver.objects.values_list("id", "status"))

    def _orders(self) -> Any:
        return Order.objects.filter(cancelled=False)

    def _names(self) -> Any:
        return Customer.all_objects.values_list("id", "name")


def everything(side: Candidate | Legacy) -> list[Any]:
    return [side.orders(), side.sales(), side.customers(), side.drivers()]


def some(choice: random.Random, model: Any) -> Any:
    """One row of ``model``, whatever others do meanwhile, as a queryset."""
    keys = list(model.objects.values_list("pk", flat=True))
    return model.objects.filter(pk=choice.choice(keys or [None]))


def place(choice: random.Random) -> None:
    order = Order.objects.create(customer=some(choice, Customer).get())
    lines = [(sku, choice.randint(1, 9)) for sku in sorted(choice.sample("ABC", 2))]
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product_id=sku, quantity=quantity, unit_price="9.99")
        for sku, quantity in lines
    )


def pay(choice: random.Random) -> None:
    if order := some(choice, Order).first():
        Payment.objects.create(order=order, amount=choice.randint(1, 99), status="captured")


def ride(choice: random.Random) -> None:
    places = {f"{place}_{axis}": 0 for place in ("pickup", "dropoff") for axis in ("lat", "lng")}
    status, passenger = choice.choice(["accepted", "completed"]), some(choice, Customer).get()
    driver = some(choice, Driver).get()
    RideRequest.objects.create(passenger=passenger, driver=driver, status=status, **places)


# Of few rows each, so that writers seldom wait for one another.
WRITES: list[Callable[[random.Random], Any]] = [
    place,
    pay,
    ride,
    lambda choice: some(choice, Order).delete(),
    lambda choice: some(choice, Order).update(status=choice.choice(["new", "paid", "shipped"])),
    lambda choice: some(choice, Order).update(cancelled=choice.random() < 0.3),
    lambda choice: some(choice, OrderLine).update(quantity=choice.randint(1, 9)),
    lambda choice: some(choice, OrderLine).update(order=some(choice, Order).first()),
    lambda choice: some(choice, Customer).update(name=f"N{choice.random()}", city=choice.choice("PQR")),
    lambda choice: some(choice, Driver).update(status=choice.choice(["busy", "available"])),
]


def write(choice: random.Random) -> None:
    try:
        with transaction.atomic():
            choice.choice(WRITES)(choice)
    except (DatabaseError, ObjectDoesNotExist):
        pass  # rows that another writer has deleted, or locked


def refresh_all(choice: random.Random) -> None:
    for read_model in READ_MODELS:
        refresh(read_model)
    time.sleep(0.05)


def beside_writers(look: Callable[[], T], enough: Callable[[list[T]], bool]) -> list[T]:
    """What ``look`` returned, again and again while others write and refresh, until that is ``enough``."""
    crew, found, seed = Crew(), list[T](), random.randrange(10_000)

    def look_once(choice: random.Random) -> None:
        found.append(look())
        if enough(found):
            crew.stopped.set()

    for number in range(WRITERS):
        crew.repeat(write, seed + number)
    crew.repeat(refresh_all, seed + WRITERS)
    crew.repeat(look_once, seed)
    crew.work(SECONDS)
    assert enough(found), f"{len(found)} looks in {SECONDS} s were not enough"
    return found


@pytest.mark.postgresql
def test_the_sides_agree_on_orders(all_filled: None) -> None:
    seen = beside_writers(
        lambda: in_one_moment([OrderSummary], Candidate().orders, Legacy().orders),
        lambda found: len(found) == MOMENTS,
    )
    assert [one for one in seen if one.candidate != one.legacy] == []
    assert len({tuple(one.legacy) for one in seen}) > MOMENTS / 2, "the writers were at work"


@pytest.mark.postgresql
def test_the_sides_agree_on_all_read_models_at_once(all_filled: None) -> None:
    seen = beside_writers(
        lambda: in_one_moment(READ_MODELS, lambda: everything(Candidate()), lambda: everything(Legacy())),
        lambda found: len(found) == MOMENTS // 4,
    )
    assert [one for one in seen if one.candidate != one.legacy] == []


@pytest.mark.sqlite
def test_the_sides_agree_where_there_is_a_moment(all_filled: None) -> None:
    """Writers who never pause leave few of them."""

    def look() -> Seen[Any, Any] | None:
        try:
            return in_one_moment([OrderSummary], Candidate().orders, Legacy().orders)
        except NotCaughtUp:
            return None

    seen = beside_writers(look, lambda found: len(found) - found.count(None) == MOMENTS // 6)
    assert [one for one in seen if one and one.candidate != one.legacy] == []


def test_without_a_moment_they_do_not(all_filled: None) -> None:
    def look() -> bool:
        return Candidate().orders() == Legacy().orders()

    assert False in beside_writers(look, lambda found: False in found)
