"""Django learns of the read models here."""

from shop_cqrs.read_models import OrderSummary, ProductCard

__all__ = ["OrderSummary", "ProductCard"]
