"""Bugs of the dashboard's candidate."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from legacy_app.customers_cqrs.dashboard import Dashboard


class Changed(Dashboard):
    """The answer, after :meth:`change`."""

    def get(self, request):
        response = super().get(request)
        body = response.data
        self.change(body)
        return Response(body)

    def change(self, body):
        """Right as it is."""


class CentMissing(Changed):
    def change(self, body):
        super().change(body)
        body["totals"]["revenue"] = str(Decimal(body["totals"]["revenue"]) - Decimal("0.01"))


class ForEverybody(Dashboard):
    permission_classes = [IsAuthenticated]


class TopIgnored(Changed):
    def change(self, body):
        super().change(body)
        from legacy_app.customers_cqrs.dashboard import best_customers, shown

        body["customers"] = [shown(row) for row in best_customers()]


class InTheOfficesTime(Dashboard):
    def get(self, request):
        with timezone.override(ZoneInfo("Asia/Tokyo")):
            response = super().get(request)
            for row in (response.data["totals"], *response.data["customers"], *response.data["cities"]):
                at = row["last_contact_at"]
                row["last_contact_at"] = at and timezone.localtime(at).isoformat()
            return response


class CitiesByName(Changed):
    def change(self, body):
        super().change(body)
        body["cities"].sort(key=lambda row: row["city"])


class FirstContact(Changed):
    """The minimum in place of the maximum."""

    def change(self, body):
        super().change(body)
        for city in body["cities"]:
            if city["city"] == "Bonn":
                city["last_contact_at"] = min(
                    row["last_contact_at"] for row in body["customers"] if row["city"] == "Bonn"
                )


class EmptyCitiesMissing(Changed):
    """An inner join."""

    def change(self, body):
        super().change(body)
        body["cities"] = [row for row in body["cities"] if row["orders"]]


class OrdersTwice(Changed):
    """A join over lines, by which orders count once for each."""

    def change(self, body):
        super().change(body)
        for row in (body["totals"], *body["customers"], *body["cities"]):
            row["orders"] *= 2


class RevenueAsNumber(Changed):
    def change(self, body):
        super().change(body)
        for row in body["customers"]:
            row["revenue"] = float(row["revenue"])


BUGS = {
    "a cent": (CentMissing, {"totals.revenue changed"}),
    "a permission that is missing": (ForEverybody, {"status 403 → 200"}),
    "a parameter ignored": (TopIgnored, {"customers[] rows extra"}),
    "another time zone": (
        InTheOfficesTime,
        {"cities[].last_contact_at, customers[].last_contact_at, totals.last_contact_at changed"},
    ),
    "another order": (CitiesByName, {"cities in another order"}),
    "an inner join": (EmptyCitiesMissing, {"cities[] rows missing"}),
    "rows counted twice": (OrdersTwice, {"cities[].orders, customers[].orders, totals.orders changed"}),
    "money as a number": (RevenueAsNumber, {"customers[].revenue of another type"}),
}
"""Each with the kinds that it reads as, and no others."""
