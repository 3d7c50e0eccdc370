"""What the order endpoints and the sales dashboard read."""

from legacy_app.orders_cqrs.read_models.order_summary import OrderSummary
from legacy_app.orders_cqrs.read_models.product_card import ProductCard
from legacy_app.orders_cqrs.read_models.sales import SalesByCityAndDay

__all__ = ["OrderSummary", "ProductCard", "SalesByCityAndDay"]
