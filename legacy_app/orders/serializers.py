from django.db.models import Sum
from rest_framework import serializers

from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders.totals import money, order_paid, order_total


class OrderCustomerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Customer
        fields = ["id", "name", "email", "city"]


class OrderLineSerializer(serializers.ModelSerializer):
    sku = serializers.CharField(source="product_id")
    name = serializers.CharField(source="product.name")
    category = serializers.SerializerMethodField()

    class Meta:
        model = OrderLine
        fields = ["sku", "name", "category", "quantity", "unit_price"]

    def get_category(self, line) -> str | None:
        category = line.product.category
        return category.name if category else None


class OrderSerializer(serializers.ModelSerializer):
    customer = OrderCustomerSerializer()
    line_count = serializers.SerializerMethodField()
    item_count = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    paid = serializers.SerializerMethodField()
    lines = OrderLineSerializer(many=True)

    class Meta:
        model = Order
        fields = [
            "id",
            "number",
            "status",
            "placed_at",
            "note",
            "customer",
            "line_count",
            "item_count",
            "total",
            "paid",
            "lines",
        ]

    def get_line_count(self, order) -> int:
        return order.lines.count()

    def get_item_count(self, order) -> int:
        return order.lines.aggregate(n=Sum("quantity"))["n"] or 0

    def get_total(self, order) -> str:
        return money(order_total(order))

    def get_paid(self, order) -> str:
        return money(order_paid(order))
