"""The shop's models that the writes are about."""

from django.contrib.auth.models import User
from oscar.core.loading import get_model

Order, Line, OrderNote = (get_model("order", name) for name in ("Order", "Line", "OrderNote"))
Category, Product, ProductClass = (
    get_model("catalogue", name) for name in ("Category", "Product", "ProductClass")
)
Partner, StockRecord = get_model("partner", "Partner"), get_model("partner", "StockRecord")
Country = get_model("address", "Country")

customers = User.objects.filter(username__startswith="customer")
things = Product.objects.filter(structure="standalone")
