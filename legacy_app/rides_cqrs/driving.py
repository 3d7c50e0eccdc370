"""``POST rides:ride-accept``, ``rides:ride-complete`` and ``rides:driver-position`` on the new side."""

from typing import Any
from uuid import UUID

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from cqrs_write import Command
from cqrs_write.http import CommandView
from legacy_app.rides.models import Driver
from legacy_app.rides.permissions import IsDriver
from legacy_app.rides.serializers import DriverSerializer, PointSerializer
from legacy_app.rides_cqrs.commands import AcceptRide, CompleteRide, ReportLocation


class DriverCommandView(CommandView):
    """A command of the driver who asks."""

    permission_classes = [IsAuthenticated, IsDriver]
    success_status = 200


class RideCommandView(DriverCommandView):
    """A command for the ride that the URL names."""

    def to_command(self, request: Request) -> Command:
        return self.command_class(ride_id=UUID(self.kwargs["pk"]), driver_id=request.user.driver.pk)


class AcceptRideView(RideCommandView):
    command_class = AcceptRide


class CompleteRideView(RideCommandView):
    command_class = CompleteRide


class ReportLocationView(DriverCommandView):
    """One report; many at once are for ReportLocationsView."""

    command_class = ReportLocation
    serializer_class = PointSerializer

    def to_command(self, request: Request) -> ReportLocation:
        point = PointSerializer(data=request.data)
        point.is_valid(raise_exception=True)
        return ReportLocation(driver_id=request.user.driver.pk, **point.validated_data)

    def to_body(self, result: Any) -> dict[str, Any]:
        # A batch has no answer for each; only who waits for one has it looked up.
        return DriverSerializer(Driver.objects.get(user=self.request.user)).data


accept_ride_view = AcceptRideView.as_view()
complete_ride_view = CompleteRideView.as_view()
report_location_view = ReportLocationView.as_view()
