"""The sales team's dashboard, from the read model: three queries, whatever the number of customers."""

from django.db.models import Count, F, Max, QuerySet, Sum
from django.db.models.functions import Coalesce
from rest_framework.permissions import IsAdminUser
from rest_framework.response import Response
from rest_framework.views import APIView

from legacy_app.customers.dashboard import DashboardQuerySerializer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.totals import money

TOTALS = {
    "customers": Count("id"),
    "orders": Coalesce(Sum("order_count"), 0),
    "revenue": Sum("revenue", default=0),
    "last_contact_at": Max("last_contact_at"),
}


class Dashboard(APIView):
    permission_classes = [IsAdminUser]
    serializer_class = DashboardQuerySerializer

    def get(self, request):
        query = DashboardQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(
            {
                "totals": shown(CustomerCard.objects.aggregate(**TOTALS)),
                "customers": [shown(row) for row in best_customers()[: query.validated_data["top"]]],
                "cities": [shown(row) for row in cities()],
            }
        )


def best_customers() -> QuerySet:
    rows = CustomerCard.objects.order_by("-revenue", "id").annotate(orders=F("order_count"))
    return rows.values("id", "name", "city", "orders", "revenue", "last_contact_at")


def cities() -> list[dict]:
    """Sorted here and as the legacy view does: databases differ in how they sort text."""
    rows = CustomerCard.objects.order_by().values("city").annotate(**TOTALS)
    return sorted(rows, key=lambda row: (-row["revenue"], row["city"]))


def shown(row: dict) -> dict:
    return {**row, "revenue": money(row["revenue"])}


dashboard_view = Dashboard.as_view()
