"""Drivers near a point, in plain SQL over the read model: one query, one index, no driver's rides counted."""

from math import cos, degrees, radians

from rest_framework.response import Response
from rest_framework.views import APIView

from cqrs_read.views import shown
from legacy_app.rides.geo import EARTH_RADIUS_KM, distance_km
from legacy_app.rides.serializers import NearbyQuerySerializer
from legacy_app.rides_cqrs.read_models import DriverCard

IN_THE_BOX = """
SELECT id, name, vehicle, plate, rating, status, lat, lng, ride_count
FROM rides_cqrs_drivercard
WHERE status = 'available' AND lat BETWEEN %s AND %s AND (lng BETWEEN %s AND %s OR %s)
"""
FIELDS = ["id", "name", "vehicle", "plate", "rating", "status", "lat", "lng", "ride_count"]


class NearbyDrivers(APIView):
    serializer_class = NearbyQuerySerializer

    def get(self, request):
        query = NearbyQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(
            [{**represent(driver), "distance_km": km} for km, driver in near(**query.validated_data)]
        )


def near(lat: float, lng: float, radius_km: float) -> list[tuple[float, DriverCard]]:
    """Available drivers within the radius as ``(distance in km, driver)``, nearest first."""
    found = []
    for driver in DriverCard.objects.raw(IN_THE_BOX, box(lat, lng, radius_km)):
        km = distance_km(lat, lng, driver.lat, driver.lng)
        if km <= radius_km:
            found.append((round(km, 3), driver))
    return sorted(found, key=lambda pair: (pair[0], pair[1].pk))


def box(lat: float, lng: float, radius_km: float) -> list[float | bool]:
    """The parallels and meridians around the circle; whether any meridian will do, near a pole or the date line."""
    height = degrees(radius_km / EARTH_RADIUS_KM) * 1.001
    narrowest = min(cos(radians(lat - height)), cos(radians(lat + height)))
    width = height / narrowest if narrowest > 0.01 else 360.0
    everywhere = abs(lng) + width > 180
    return [lat - height, lat + height, lng - width, lng + width, everywhere]


def represent(driver: DriverCard) -> dict:
    return {field: shown(getattr(driver, field)) for field in FIELDS}


nearby_drivers_view = NearbyDrivers.as_view()
