"""A shop whose clerks have customers, a product and an account of their own each."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token

from cqrs_read.backfill import backfill
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, OrderLine, Product
from legacy_app.orders_cqrs.read_models import OrderSummary

ENDPOINT = "GET orders:order-list"


@dataclass(frozen=True, kw_only=True)
class Account:
    """What one clerk works with; the credentials are the same in every run, and so is the place in a canary."""

    authorization: str
    sku: str
    customers: tuple[int, ...]


def open_shop(*, clerks: int, customers: int = 1) -> list[Account]:
    """Fill the read model with one order of each of a clerk's ``customers``. Returns the clerks' accounts."""
    category = Category.objects.create(name="Kitchen", slug="kitchen")
    accounts = [hired(number, category, customers) for number in range(clerks)]
    backfill(OrderSummary)
    return accounts


def hired(number: int, category: Category, customers: int) -> Account:
    user = User.objects.create_user(f"clerk{number}", is_staff=True)
    token = Token.objects.create(user=user, key=f"{number:040x}")
    product = Product.objects.create(
        sku=f"P{number}", name="A pot", price=10, stock=1_000_000, category=category
    )
    served = [Customer.objects.create(name="Ada", email="ada@example.com") for _ in range(customers)]
    for customer in served:
        order = Order.objects.create(customer=customer, number=f"first of {customer.pk}")
        OrderLine.objects.create(order=order, product=product, quantity=1, unit_price=10)
    return Account(
        authorization=f"Token {token.key}",
        sku=product.sku,
        customers=tuple(customer.pk for customer in served),
    )
