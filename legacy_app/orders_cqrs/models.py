"""Django learns of the read models here."""

from legacy_app.orders_cqrs.read_models import OrderSummary, ProductCard, SalesByCityAndDay

__all__ = ["OrderSummary", "ProductCard", "SalesByCityAndDay"]
