"""The shop's first rows: ``python seed.py PRODUCTS ORDERS``. The same arguments give the same shop."""

import random
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django

django.setup()

from django.contrib.auth.models import User
from django.db import connection, transaction
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model

Order, Line, OrderNote, ShippingAddress = (
    get_model("order", name) for name in ("Order", "Line", "OrderNote", "ShippingAddress")
)
Product, ProductClass, ProductCategory = (
    get_model("catalogue", name) for name in ("Product", "ProductClass", "ProductCategory")
)
Partner, StockRecord = get_model("partner", "Partner"), get_model("partner", "StockRecord")
Country = get_model("address", "Country")

OPENING = datetime(2026, 1, 1, tzinfo=UTC)
CANCELLED = "Cancelled"
STATUSES = ("Pending", "Pending", "Being processed", "Complete", CANCELLED)


def seed(products: int, orders: int) -> None:
    chance = random.Random(4)
    users = _users(orders // 10)
    stock = _products(products, chance)
    _orders(orders, users, stock, _countries(), chance)


def _users(count: int) -> list[User]:
    User.objects.create_superuser("admin", "admin@example.org", "admin")
    return User.objects.bulk_create(
        # Some have no address, so that their orders show the guest's.
        User(
            username=f"customer{number}",
            email="" if number % 7 == 0 else f"customer{number}@example.org",
            first_name=f"First{number}",
            last_name=f"Last{number % 13}",
        )
        for number in range(count)
    )


def _countries() -> list[Country]:
    names = {"DE": "Germany", "ES": "Spain", "GB": "United Kingdom", "PL": "Poland"}
    return [
        Country.objects.create(iso_3166_1_a2=code, name=name, printable_name=name, is_shipping_country=True)
        for code, name in names.items()
    ]


def _products(count: int, chance: random.Random) -> list[StockRecord]:
    """One in ten is a parent of two children, every other child without a title of its own."""
    goods, tools = (ProductClass.objects.create(name=name) for name in ("Goods", "Tools"))
    parents = Product.objects.bulk_create(
        Product(structure="parent", title=f"Family {number}", slug=f"family-{number}", product_class=tools)
        for number in range(count // 10)
    )
    children = Product.objects.bulk_create(
        Product(structure="child", title=title, slug=f"{parent.slug}-{place}", parent=parent)
        for parent in parents
        for place, title in enumerate((f"{parent.title} small", ""))
    )
    alone = Product.objects.bulk_create(
        Product(title=f"Thing {number}", slug=f"thing-{number}", product_class=goods, upc=f"T{number}")
        for number in range(count - 3 * len(parents))
    )
    categories = [
        create_from_breadcrumbs(f"Shelf {shelf} > Box {box}") for shelf in "ABC" for box in range(4)
    ]
    ProductCategory.objects.bulk_create(
        ProductCategory(product=product, category=category)
        for product in parents + alone
        for category in chance.sample(categories, chance.randint(0, 3))
    )
    return _stock(children + alone, chance)


def _stock(products: list[Product], chance: random.Random) -> list[StockRecord]:
    partners = [Partner.objects.create(name=f"Partner {letter}") for letter in "CAB"]
    return StockRecord.objects.bulk_create(
        StockRecord(
            product=product,
            partner=partner,
            partner_sku=f"{product.pk}-{partner.pk}",
            price=Decimal(chance.randint(50, 9999)) / 100,
            num_in_stock=chance.randint(100, 900),
            num_allocated=chance.choice((None, 0, 3)),
        )
        for product in products
        for partner in chance.sample(partners, chance.randint(1, 2))
    )


def _orders(
    count: int, users: list[User], stock: list[StockRecord], countries: list[Country], chance: random.Random
) -> None:
    """One in eight is a guest's, one in twenty has no shipping address, one in thirty no lines."""
    addresses = ShippingAddress.objects.bulk_create(
        ShippingAddress(last_name=f"To {number}", line1="1 High Street", country=chance.choice(countries))
        for number in range(count)
    )
    placed = Order.objects.bulk_create(
        Order(
            number=f"S{number}",
            user=chance.choice(users) if number % 8 else None,
            guest_email=f"guest{number}@example.org",
            shipping_address=address if number % 20 else None,
            status=chance.choice(STATUSES),
            total_incl_tax=Decimal(chance.randint(100, 99999)) / 100,
            total_excl_tax=0,
            date_placed=OPENING + timedelta(minutes=number),
        )
        for number, address in enumerate(addresses)
    )
    Line.objects.bulk_create(
        line_of(order, chance.choice(stock), chance.randint(1, 5))
        for order in placed
        for _ in range(chance.randint(1, 4) if order.pk % 30 else 0)
    )
    OrderNote.objects.bulk_create(OrderNote(order=order, message="first") for order in placed[::5])


def line_of(order: Order, stock: StockRecord, quantity: int) -> Line:
    """An order's line for what ``stock`` holds, not stored yet."""
    price = stock.price * quantity
    return Line(
        order=order,
        partner_id=stock.partner_id,
        partner_sku=stock.partner_sku,
        stockrecord=stock,
        product_id=stock.product_id,
        title="seeded",
        quantity=quantity,
        line_price_incl_tax=price,
        line_price_excl_tax=price,
        line_price_before_discounts_incl_tax=price,
        line_price_before_discounts_excl_tax=price,
        status=order.status,
        num_allocated=0,
    )


if __name__ == "__main__":
    with transaction.atomic():
        seed(*map(int, sys.argv[1:]))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Only the shop's signals refresh it, and bulk_create sends none.
            cursor.execute("REFRESH MATERIALIZED VIEW catalogue_product_category_hierarchy")
