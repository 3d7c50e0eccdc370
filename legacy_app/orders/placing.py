"""The API's order form: what a client may send to place an order."""

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers

from legacy_app.customers.models import Customer
from legacy_app.orders import services
from legacy_app.orders.models import Order, Product
from legacy_app.orders.serializers import OrderSerializer


class PlaceLineSerializer(serializers.Serializer):
    sku = serializers.SlugRelatedField(slug_field="sku", queryset=Product.objects.filter(active=True))
    quantity = serializers.IntegerField(min_value=1, max_value=10_000)


class PlaceOrderSerializer(serializers.Serializer):
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all())
    lines = PlaceLineSerializer(many=True, allow_empty=False)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)

    def create(self, validated_data):
        customer = validated_data["customer"]
        lines = [(line["sku"].sku, line["quantity"]) for line in validated_data["lines"]]
        with transaction.atomic():
            products = services.take_stock(lines)
            order = Order(
                customer=customer,
                note=validated_data["note"],
                placed_at=timezone.now(),
                shipping_address=customer.default_address,
            )
            order.save()
            services.give_number(order)
            services.add_lines(order, lines, products)
            services.confirm_by_email(order)
        return order

    def to_representation(self, order):
        return OrderSerializer(order, context=self.context).data
