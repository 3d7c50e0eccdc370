import django_filters

from legacy_app.rides.models import RideRequest


class RideFilter(django_filters.FilterSet):
    passenger = django_filters.NumberFilter(field_name="passenger_id")
    requested_after = django_filters.IsoDateTimeFilter(field_name="requested_at", lookup_expr="gte")

    class Meta:
        model = RideRequest
        fields = ["status", "passenger", "requested_after"]
