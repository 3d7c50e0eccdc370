"""What replaces which endpoint of the rides module."""

from cqrs_routing import endpoints
from legacy_app.rides_cqrs.nearby import nearby_drivers_view
from legacy_app.rides_cqrs.read_models import DriverCard

endpoints.read("GET rides:nearby", view=nearby_drivers_view, read_model=DriverCard)
