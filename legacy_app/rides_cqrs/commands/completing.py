"""Completing a ride: by the monolith's own service, which locks the ride and writes it and its driver once."""

from dataclasses import dataclass
from typing import Any

from cqrs_write import Context, handles
from legacy_app.rides import services
from legacy_app.rides_cqrs.commands.ride_command import RideCommand, rides_lane
from legacy_app.rides_cqrs.representation import shown_ride


@dataclass(frozen=True, kw_only=True)
class CompleteRide(RideCommand):
    pass


@handles(CompleteRide, lane=rides_lane)
def complete_ride(command: CompleteRide, context: Context) -> dict[str, Any]:
    """Complete the ride and free its driver; return it, with the fare, as the API shows it."""
    return shown_ride(services.complete_ride(command.ride_id, command.driver))
