"""Rides as the API shows them, in values that the command log can keep."""

from typing import Any

from legacy_app.rides.models import RideRequest
from legacy_app.rides.serializers import RideSerializer


def shown_ride(ride: RideRequest) -> dict[str, Any]:
    return dict(RideSerializer(ride).data)
