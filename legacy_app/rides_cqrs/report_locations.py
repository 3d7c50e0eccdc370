"""Many reports in one request, for gateways that report for a fleet. The monolith has no such endpoint."""

from rest_framework.permissions import IsAdminUser

from cqrs_write.http import BulkCommandView
from legacy_app.rides_cqrs.commands import ReportLocation


class ReportLocationsView(BulkCommandView):
    """Takes ``[{"driver_id": 1, "lat": 52.5, "lng": 13.4}, ...]`` of integrations, which are staff accounts."""

    command_class = ReportLocation
    permission_classes = [IsAdminUser]


report_locations_view = ReportLocationsView.as_view()
