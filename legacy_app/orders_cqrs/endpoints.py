"""What replaces which endpoint of the orders module."""

from cqrs_routing import endpoints
from legacy_app.customers.models import Address, Customer, Note
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product, Refund, StockMovement
from legacy_app.orders_cqrs.actions import cancel_order_view, pay_order_view, refund_order_view
from legacy_app.orders_cqrs.catalog import product_list_view
from legacy_app.orders_cqrs.place_order import place_order_view
from legacy_app.orders_cqrs.read_models import OrderSummary, ProductCard
from legacy_app.orders_cqrs.views import order_list_view

# Also what is shown of an order in the answer, which others change.
SHOWN = [Order, OrderLine, Customer, Product, Category, Payment]

endpoints.read("GET orders:order-list", view=order_list_view, read_model=OrderSummary)
endpoints.read("GET orders:product-list", view=product_list_view, read_model=ProductCard)
endpoints.write(
    "POST orders:order-list",
    view=place_order_view,
    tables=[*SHOWN, StockMovement, Address, Note],
)
endpoints.write("POST orders:order-pay", view=pay_order_view, tables=SHOWN)
endpoints.write("POST orders:order-cancel", view=cancel_order_view, tables=[*SHOWN, StockMovement])
endpoints.write("POST orders:order-refund", view=refund_order_view, tables=[*SHOWN, Refund])
