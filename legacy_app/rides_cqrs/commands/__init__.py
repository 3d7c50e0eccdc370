"""What may be asked of rides and drivers, and who does it."""

from legacy_app.rides_cqrs.commands.accepting import AcceptRide, accept_ride
from legacy_app.rides_cqrs.commands.completing import CompleteRide, complete_ride
from legacy_app.rides_cqrs.commands.reporting import ReportLocation, report_locations
from legacy_app.rides_cqrs.commands.requesting import RequestRide, request_ride

__all__ = [
    "AcceptRide",
    "CompleteRide",
    "ReportLocation",
    "RequestRide",
    "accept_ride",
    "complete_ride",
    "report_locations",
    "request_ride",
]
