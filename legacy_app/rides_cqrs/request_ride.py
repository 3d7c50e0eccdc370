"""``POST rides:ride-list`` on the new side: the monolith's form and answers."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from cqrs_write.http import CommandView
from legacy_app.rides.permissions import IsStaffPassengerOrDriver
from legacy_app.rides.serializers import RideSerializer
from legacy_app.rides_cqrs.commands import RequestRide

ROUTE = ("pickup_lat", "pickup_lng", "dropoff_lat", "dropoff_lng")


class RequestRideView(CommandView):
    command_class = RequestRide
    permission_classes = [IsAuthenticated, IsStaffPassengerOrDriver]

    def to_command(self, request: Request) -> RequestRide:
        form = RideSerializer(data=request.data, context={"request": request, "view": self})
        form.is_valid(raise_exception=True)
        passenger = form.validated_data["passenger"]
        if not request.user.is_staff and passenger.user_id != request.user.pk:
            self.permission_denied(request, message="You may only request rides for yourself.")
        route = {name: form.validated_data[name] for name in ROUTE}
        return RequestRide(passenger_id=passenger.pk, **route)


request_ride_view = RequestRideView.as_view()
