"""What clients and writers need to know of the seeded shop: who may ask, and which rows there are."""

from dataclasses import dataclass

from django.db.models import F
from rest_framework.authtoken.models import Token

from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, Product
from legacy_app.seed.accounts import CLERKS

DELIVERY = 100_000


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The seeded rows by key.

    Attributes:
        tokens: of the clerks, one for each.
        customers: their ids.
        skus: of products that are sold; all are well stocked.
        categories: their ids.
        orders: the ids of the seeded orders, the oldest first.
    """

    tokens: list[str]
    customers: list[int]
    skus: list[str]
    categories: list[int]
    orders: list[int]


def opened_shop() -> Shop:
    """The shop as it was seeded, after a delivery that lets nobody order in vain."""
    Product.objects.update(stock=F("stock") + DELIVERY)
    return Shop(
        tokens=list(Token.objects.filter(user__username__in=CLERKS).values_list("key", flat=True)),
        customers=list(Customer.objects.order_by("id").values_list("id", flat=True)),
        skus=list(Product.objects.filter(active=True).order_by("sku").values_list("sku", flat=True)),
        categories=list(Category.objects.order_by("id").values_list("id", flat=True)),
        orders=list(Order.objects.order_by("id").values_list("id", flat=True)),
    )
