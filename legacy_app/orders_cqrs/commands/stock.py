"""Stock, changed for many products at once."""

from collections.abc import Mapping

from django.db.models import Case, F, IntegerField, Value, When

from legacy_app.orders.models import Product


def change_stock(deltas: Mapping[str, int]) -> None:
    """Add to the stock of each product, by SKU, in one statement; the caller has locked them."""
    delta = Case(
        *(When(sku=sku, then=Value(delta)) for sku, delta in deltas.items()), output_field=IntegerField()
    )
    Product.objects.filter(sku__in=deltas).update(stock=F("stock") + delta)
