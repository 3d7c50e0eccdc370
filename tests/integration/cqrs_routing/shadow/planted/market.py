"""A market: a shop with a bit of everything that the sample's read endpoints show, small enough to be made often."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User

from cqrs_read.backfill import backfill
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Category, GiftCard, Order, OrderLine, Payment, Product
from legacy_app.orders_cqrs.read_models import OrderSummary, ProductCard
from legacy_app.rides.models import Driver, RideRequest
from legacy_app.rides_cqrs.read_models import DriverCard

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

PRODUCTS, ORDERS = 30, 12


def open_market() -> None:
    """Have the rows, and the read models filled."""
    people()
    catalogue()
    orders()
    drivers()
    for read_model in (OrderSummary, ProductCard, CustomerCard, DriverCard):
        backfill(read_model)


def people() -> None:
    """A clerk; two customers who can log in, one who cannot, one who never ordered, and one who was deleted."""
    User.objects.create_user("clerk", is_staff=True)
    for place, (name, city, last) in enumerate(
        (("ada", "Bonn", 12), ("bo", "Ulm", 13), ("cy", "Bonn", 14), ("di", "Jena", None), ("ed", "Ulm", 1))
    ):
        user = User.objects.create_user(name) if name in ("ada", "bo", "di") else None
        Customer.objects.create(
            name=name.title(),
            email=f"{name}@example.com",
            phone=f"0{place}",
            city=city,
            user=user,
            last_contact_at=None if last is None else NOON + timedelta(hours=last),
            deleted_at=NOON if name == "ed" else None,
        )


def catalogue() -> None:
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    garden = Category.objects.create(name="Garden tools", slug="garden")
    Product.objects.bulk_create(
        Product(
            sku=f"P{place:02}",
            name=f"Thing {place * 7 % PRODUCTS}",
            category=(kitchen, garden, None)[place % 3],
            price=Decimal("4.37") + place,
            stock=place % 4,
            active=place % 11 != 5,
            updated_at=NOON,
        )
        for place in range(PRODUCTS)
    )
    GiftCard.objects.create(sku="P90", name="Voucher", price=25, face_value=25, stock=9)


def orders() -> None:
    """Orders of one to three lines, some cancelled, one without a number, and some paid."""
    customers = list(Customer.all_objects.exclude(name="Di").order_by("id"))
    made = Order.objects.bulk_create(
        Order(
            customer=customers[place % 4],
            number=None if place == 3 else f"N-{place:03}",
            status=("new", "paid", "shipped")[place % 3],
            cancelled=place % 8 == 7,
            note="By the door" if place % 5 == 0 else "",
            placed_at=NOON + timedelta(hours=place),
        )
        for place in range(ORDERS)
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product_id=f"P{(place + line * 5) % PRODUCTS:02}",
            quantity=1 + (place + line) % 3,
            unit_price=Decimal("3.33") + place,
            discount="0.50" if line else 0,
        )
        for place, order in enumerate(made)
        for line in range(1 + place % 3)
    )
    Payment.objects.bulk_create(
        Payment(order=order, amount=Decimal("1.25") + place, status=("captured", "failed")[place % 2])
        for place, order in enumerate(made)
        if order.status == "paid"
    )


def drivers() -> None:
    """Six around a place, of which one is busy, one offline, and one nowhere; some have driven."""
    made = Driver.objects.bulk_create(
        Driver(
            name=f"Driver {'FEDCBA'[place]}",
            vehicle="Van",
            plate=f"D-{place}",
            rating=None if place == 1 else Decimal("4.25"),
            status=("available", "available", "available", "busy", "available", "offline")[place],
            lat=None if place == 5 else 50.0 + 0.0077 * place,
            lng=None if place == 5 else 7.0 + 0.0031 * place,
        )
        for place in range(6)
    )
    route = {f"{end}_{axis}": 50.0 for end in ("pickup", "dropoff") for axis in ("lat", "lng")}
    passenger = Customer.objects.get(name="Ada")
    RideRequest.objects.bulk_create(
        RideRequest(driver=driver, passenger=passenger, status=status, **route)
        for driver in made[:3]
        for status in ("completed", "completed", "cancelled")
    )
