"""A customer as the API shows one: three queries."""

from typing import Any

from django.db.models import Count
from rest_framework import serializers

from legacy_app.customers.models import Customer
from legacy_app.customers.serializers import CustomerSerializer
from legacy_app.customers_cqrs.read_models import KEPT, last_order


class CountedCustomerSerializer(CustomerSerializer):
    """The monolith's, but with the orders counted by the query that finds the customer."""

    order_count = serializers.IntegerField(read_only=True)
    last_order = serializers.CharField(read_only=True)


def shown_customer(customer_id: int) -> dict[str, Any]:
    customers = Customer.objects.annotate(order_count=Count("orders", filter=KEPT), last_order=last_order())
    return dict(CountedCustomerSerializer(customers.get(pk=customer_id)).data)
