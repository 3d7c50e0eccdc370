"""The nightly price change: one raw statement over the whole catalogue, which no signal reports."""

import time

from django.db import transaction
from django.db.models import OuterRef, Subquery

from legacy_app.demo.stage import Stage
from legacy_app.orders import pricing, services
from legacy_app.orders.models import Product
from legacy_app.orders_cqrs.read_models import ProductCard

PERCENT = 5
PATIENCE_SECONDS = 30.0


def change_prices(stage: Stage) -> None:
    """Let it run as every night, and wait until each price in the read model is the product's."""
    changed = change_all()
    started = time.monotonic()
    while (late := outdated()) and time.monotonic() - started < PATIENCE_SECONDS:
        stage.check()
        time.sleep(0.005)
    took = time.monotonic() - started
    if late:
        stage.differences.append(f"{late} prices had not reached the product cards after {took:.0f} s")
    stage.narrator.say(
        f"UPDATE orders_product SET price = …: {changed:,} products, all their cards were right {took:.2f} s later"
    )


@transaction.atomic
def change_all() -> int:
    """In the order in which the shop locks products, so that it deadlocks with no order being placed."""
    services.lock_products(list(Product.objects.values_list("sku", flat=True)))
    return pricing.change_prices(PERCENT)


def outdated() -> int:
    """Product cards that show another price than their product has now."""
    price = Product.objects.filter(pk=OuterRef("pk")).values("price")
    return ProductCard.objects.exclude(price=Subquery(price)).count()
