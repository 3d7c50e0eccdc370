"""Bugs of the candidate of the drivers nearby."""

from rest_framework.response import Response

from legacy_app.rides.models import RideRequest
from legacy_app.rides_cqrs.nearby import NearbyDrivers, near, represent
from legacy_app.rides_cqrs.read_models import DriverCard


class Changed(NearbyDrivers):
    """The answer, after :meth:`change`."""

    def get(self, request):
        return Response(self.change(list(super().get(request).data)))

    def change(self, rows):
        return rows


class Rounded(Changed):
    def change(self, rows):
        return [{**row, "distance_km": round(row["distance_km"], 1)} for row in super().change(rows)]


class Squared(Changed):
    """All in the square around the circle."""

    def get(self, request):
        response = super().get(request)
        point = {name: float(request.GET[name]) for name in ("lat", "lng")}
        wide = near(**point, radius_km=1.4 * float(request.GET.get("radius_km", 5)))
        return Response([{**represent(driver), "distance_km": km} for km, driver in wide] or response.data)


class FarthestFirst(Changed):
    def change(self, rows):
        return super().change(rows)[::-1]


class BusyToo(Changed):
    def change(self, rows):
        busy = [
            {**represent(driver), "distance_km": 0.0} for driver in DriverCard.objects.filter(status="busy")
        ]
        return [*busy, *super().change(rows)]


class AllRides(Changed):
    def change(self, rows):
        rides = RideRequest.objects.exclude(status="requested")
        return [
            {**row, "ride_count": rides.filter(driver_id=row["id"]).count()} for row in super().change(rows)
        ]


class RatingOrZero(Changed):
    def change(self, rows):
        return [{**row, "rating": row["rating"] or "0.00"} for row in super().change(rows)]


class NowhereIsAnError(Changed):
    def change(self, rows):
        rows = super().change(rows)
        return rows if rows[0] else []


class PhoneToo(Changed):
    def change(self, rows):
        return [{**row, "phone": "0"} for row in super().change(rows)]


class WithoutLogin(NearbyDrivers):
    permission_classes = []


BUGS = {
    "a distance rounded": (Rounded, {"[].distance_km changed"}),
    "a square for a circle": (Squared, {"[] rows extra"}),
    "another order": (FarthestFirst, {"body in another order"}),
    "a filter that is missing": (BusyToo, {"[] rows extra"}),
    "another count": (AllRides, {"[].ride_count changed"}),
    "a number instead of null": (RatingOrZero, {"[].rating a value instead of null"}),
    "an exception for no rows": (NowhereIsAnError, {"candidate raised builtins.IndexError"}),
    "a field too many": (PhoneToo, {"[].phone extra"}),
    "no login needed": (WithoutLogin, {"status 401 → 200"}),
}
"""Each with the kinds that it reads as, and no others."""
