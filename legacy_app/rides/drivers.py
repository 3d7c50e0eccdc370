"""What the driver app talks to, and the map of drivers."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from legacy_app.rides import services
from legacy_app.rides.geo import distance_km
from legacy_app.rides.models import Driver
from legacy_app.rides.permissions import IsDriver
from legacy_app.rides.serializers import DriverSerializer, NearbyQuerySerializer, PointSerializer


class DriverView(APIView):
    permission_classes = [IsAuthenticated, IsDriver]
    serializer_class = DriverSerializer

    def answer(self, request):
        driver = Driver.objects.get(user=request.user)
        return Response(DriverSerializer(driver).data)


class GoOnlineView(DriverView):
    def post(self, request):
        services.go_online(request.user.driver)
        return self.answer(request)


class GoOfflineView(DriverView):
    def post(self, request):
        services.go_offline(request.user.driver)
        return self.answer(request)


class PositionView(DriverView):
    serializer_class = PointSerializer

    def post(self, request):
        point = PointSerializer(data=request.data)
        point.is_valid(raise_exception=True)
        services.report_position(request.user.driver, **point.validated_data)
        return self.answer(request)


class NearbyDriversView(APIView):
    serializer_class = NearbyQuerySerializer

    def get(self, request):
        query = NearbyQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = drivers_near(**query.validated_data)
        return Response([{**DriverSerializer(driver).data, "distance_km": km} for km, driver in found])


def drivers_near(lat, lng, radius_km):
    """Available drivers within the radius as ``(distance in km, driver)``, nearest first."""
    found = []
    for driver in Driver.objects.filter(status=Driver.Status.AVAILABLE, lat__isnull=False):
        km = distance_km(lat, lng, driver.lat, driver.lng)
        if km <= radius_km:
            found.append((round(km, 3), driver))
    return sorted(found, key=lambda pair: (pair[0], pair[1].pk))
