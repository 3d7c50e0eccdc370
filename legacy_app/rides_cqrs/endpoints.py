"""What replaces which endpoint of the rides module."""

from cqrs_routing import endpoints
from legacy_app.customers.models import Customer
from legacy_app.rides.models import Driver, DriverPosition, RideRequest
from legacy_app.rides_cqrs.driving import accept_ride_view, complete_ride_view, report_location_view
from legacy_app.rides_cqrs.nearby import nearby_drivers_view
from legacy_app.rides_cqrs.read_models import DriverCard
from legacy_app.rides_cqrs.request_ride import request_ride_view

# Also what is shown of a ride in the answer, which others change.
SHOWN = [RideRequest, Driver, Customer]

endpoints.read("GET rides:nearby", view=nearby_drivers_view, read_model=DriverCard)
endpoints.write("POST rides:ride-list", view=request_ride_view, tables=SHOWN)
endpoints.write("POST rides:ride-accept", view=accept_ride_view, tables=SHOWN)
endpoints.write("POST rides:ride-complete", view=complete_ride_view, tables=SHOWN)
endpoints.write(
    "POST rides:driver-position", view=report_location_view, tables=[Driver, DriverPosition, RideRequest]
)
