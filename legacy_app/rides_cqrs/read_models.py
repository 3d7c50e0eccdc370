"""What the map of drivers reads."""

from django.db import models
from django.db.models import Count, Q

from cqrs_read import ReadModel
from legacy_app.rides.models import Driver, RideRequest


class DriverCard(ReadModel):
    """A driver as passengers see one, where they are now."""

    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=200)
    vehicle = models.CharField(max_length=100)
    plate = models.CharField(max_length=20)
    rating = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    status = models.CharField(max_length=20)
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    ride_count = models.IntegerField()

    class Projection:
        source = Driver
        columns = {"ride_count": Count("rides", filter=Q(rides__status=RideRequest.Status.COMPLETED))}

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["lat", "lng"],
                name="driver_card_available",
                condition=Q(status=Driver.Status.AVAILABLE),
            )
        ]
