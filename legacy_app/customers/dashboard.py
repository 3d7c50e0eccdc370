"""The sales team's dashboard: orders, revenue and last contact per customer and per city."""

from decimal import Decimal

from rest_framework import serializers
from rest_framework.permissions import IsAdminUser
from rest_framework.response import Response
from rest_framework.views import APIView

from legacy_app.customers.models import Customer
from legacy_app.orders.models import OrderLine
from legacy_app.orders.totals import money


class DashboardQuerySerializer(serializers.Serializer):
    top = serializers.IntegerField(min_value=1, max_value=100, default=10)


class DashboardView(APIView):
    permission_classes = [IsAdminUser]
    serializer_class = DashboardQuerySerializer

    def get(self, request):
        query = DashboardQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = [customer_row(customer) for customer in Customer.objects.order_by("id")]
        rows.sort(key=lambda row: (-row["revenue"], row["id"]))
        return Response(
            {
                "totals": total(rows),
                "customers": [shown(row) for row in rows[: query.validated_data["top"]]],
                "cities": [shown(row) for row in city_rows(rows)],
            }
        )


def customer_row(customer):
    return {
        "id": customer.id,
        "name": customer.name,
        "city": customer.city,
        "orders": customer.orders.filter(cancelled=False).count(),
        "revenue": revenue_of(customer),
        "last_contact_at": customer.last_contact_at,
    }


def revenue_of(customer):
    lines = OrderLine.objects.filter(order__customer=customer, order__cancelled=False)
    return sum((line.quantity * line.unit_price - line.discount for line in lines), Decimal(0))


def city_rows(rows):
    cities = {}
    for row in rows:
        cities.setdefault(row["city"], []).append(row)
    result = [{"city": city, **total(members)} for city, members in cities.items()]
    return sorted(result, key=lambda row: (-Decimal(row["revenue"]), row["city"]))


def total(rows):
    contacts = [row["last_contact_at"] for row in rows if row["last_contact_at"]]
    return {
        "customers": len(rows),
        "orders": sum(row["orders"] for row in rows),
        "revenue": money(sum((row["revenue"] for row in rows), Decimal(0))),
        "last_contact_at": max(contacts, default=None),
    }


def shown(row):
    return {**row, "revenue": money(Decimal(row["revenue"]))}
