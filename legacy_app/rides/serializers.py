from django.core.validators import MaxValueValidator, MinValueValidator
from rest_framework import serializers

from legacy_app.customers.models import Customer
from legacy_app.rides.geo import distance_km
from legacy_app.rides.models import Driver, RideRequest

LAT = [MinValueValidator(-90), MaxValueValidator(90)]
LNG = [MinValueValidator(-180), MaxValueValidator(180)]


class PointSerializer(serializers.Serializer):
    lat = serializers.FloatField(validators=LAT)
    lng = serializers.FloatField(validators=LNG)


class NearbyQuerySerializer(PointSerializer):
    radius_km = serializers.FloatField(min_value=0.1, max_value=50, default=5)


class RatingSerializer(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)


class DriverSerializer(serializers.ModelSerializer):
    ride_count = serializers.SerializerMethodField()

    class Meta:
        model = Driver
        fields = ["id", "name", "vehicle", "plate", "rating", "status", "lat", "lng", "ride_count"]

    def get_ride_count(self, driver) -> int:
        return driver.rides.filter(status=RideRequest.Status.COMPLETED).count()


class RideSerializer(serializers.ModelSerializer):
    passenger = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all())
    passenger_name = serializers.CharField(source="passenger.name", read_only=True)
    driver = DriverSerializer(read_only=True)
    distance_km = serializers.SerializerMethodField()

    class Meta:
        model = RideRequest
        fields = [
            "id",
            "status",
            "passenger",
            "passenger_name",
            "driver",
            "pickup_lat",
            "pickup_lng",
            "dropoff_lat",
            "dropoff_lng",
            "distance_km",
            "requested_at",
            "accepted_at",
            "completed_at",
            "fare",
            "rating",
        ]
        read_only_fields = ["status", "requested_at", "accepted_at", "completed_at", "fare", "rating"]
        extra_kwargs = {
            "pickup_lat": {"validators": LAT},
            "pickup_lng": {"validators": LNG},
            "dropoff_lat": {"validators": LAT},
            "dropoff_lng": {"validators": LNG},
        }

    def get_distance_km(self, ride) -> float:
        return round(distance_km(ride.pickup_lat, ride.pickup_lng, ride.dropoff_lat, ride.dropoff_lng), 2)
