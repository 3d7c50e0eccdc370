"""Accepting a ride: by the monolith's own service, which locks the ride and its driver and writes each once."""

from dataclasses import dataclass
from typing import Any

from cqrs_write import Context, handles
from legacy_app.rides import services
from legacy_app.rides_cqrs.commands.ride_command import RideCommand, rides_lane
from legacy_app.rides_cqrs.representation import shown_ride


@dataclass(frozen=True, kw_only=True)
class AcceptRide(RideCommand):
    pass


@handles(AcceptRide, lane=rides_lane)
def accept_ride(command: AcceptRide, context: Context) -> dict[str, Any]:
    """Give the ride to the driver; return it as the API shows it.

    Who comes too late, or is not available, gets a Conflict: 409 inline, and what an accepted command is dead of.
    """
    return shown_ride(services.accept_ride(command.ride_id, command.driver))
