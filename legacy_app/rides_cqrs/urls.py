"""What the new side has and the monolith has not; urls_cqrs.py includes it below ``api/rides/``."""

from django.urls import path

from legacy_app.rides_cqrs.report_locations import report_locations_view

app_name = "rides_cqrs"

urlpatterns = [path("drivers/positions/", report_locations_view, name="driver-positions")]
