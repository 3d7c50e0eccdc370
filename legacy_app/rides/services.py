"""A ride's way from request to completion."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Avg
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.exceptions import PermissionDenied

from legacy_app.exceptions import Conflict
from legacy_app.rides.geo import distance_km
from legacy_app.rides.models import Driver, DriverPosition, RideRequest

BASE_FARE = Decimal("3.20")
FARE_PER_KM = Decimal("1.45")


def go_online(driver):
    if driver.status == Driver.Status.BUSY:
        raise Conflict("Complete the current ride first.")
    driver.status = Driver.Status.AVAILABLE
    driver.save()


def go_offline(driver):
    if driver.status == Driver.Status.BUSY:
        raise Conflict("Complete the current ride first.")
    driver.status = Driver.Status.OFFLINE
    driver.save()


@transaction.atomic
def report_position(driver, lat, lng):
    position = DriverPosition.objects.create(driver=driver, lat=lat, lng=lng)
    Driver.objects.filter(pk=driver.pk).update(lat=lat, lng=lng, position_at=position.reported_at)
    return position


@transaction.atomic
def accept_ride(ride_id, driver):
    ride = get_object_or_404(RideRequest.objects.select_for_update(), pk=ride_id)
    if ride.status != RideRequest.Status.REQUESTED:
        raise Conflict(f"This ride is already {ride.status}.")
    driver = Driver.objects.select_for_update().get(pk=driver.pk)
    if driver.status != Driver.Status.AVAILABLE:
        raise Conflict(f"You are {driver.status}.")
    ride.driver = driver
    ride.status = RideRequest.Status.ACCEPTED
    ride.accepted_at = timezone.now()
    ride.save()
    Driver.objects.filter(pk=driver.pk).update(status=Driver.Status.BUSY)
    return ride


@transaction.atomic
def complete_ride(ride_id, driver):
    ride = get_object_or_404(RideRequest.objects.select_for_update(), pk=ride_id)
    if ride.driver_id != driver.pk:
        raise PermissionDenied("This is another driver's ride.")
    if ride.status != RideRequest.Status.ACCEPTED:
        raise Conflict(f"This ride is {ride.status}.")
    ride.status = RideRequest.Status.COMPLETED
    ride.completed_at = timezone.now()
    ride.fare = fare_of(ride)
    ride.save()
    Driver.objects.filter(pk=driver.pk).update(status=Driver.Status.AVAILABLE)
    return ride


def fare_of(ride):
    return fare_for(distance_km(ride.pickup_lat, ride.pickup_lng, ride.dropoff_lat, ride.dropoff_lng))


def fare_for(km):
    return (BASE_FARE + FARE_PER_KM * Decimal(f"{km:.3f}")).quantize(Decimal("0.01"))


@transaction.atomic
def cancel_ride(ride_id):
    ride = get_object_or_404(RideRequest.objects.select_for_update(), pk=ride_id)
    if ride.status not in {RideRequest.Status.REQUESTED, RideRequest.Status.ACCEPTED}:
        raise Conflict(f"This ride is {ride.status}.")
    RideRequest.objects.filter(pk=ride.pk).update(status=RideRequest.Status.CANCELLED)
    if ride.driver_id:
        Driver.objects.filter(pk=ride.driver_id).update(status=Driver.Status.AVAILABLE)
    ride.refresh_from_db()
    return ride


@transaction.atomic
def rate_ride(ride_id, rating):
    ride = get_object_or_404(RideRequest.objects.select_for_update(), pk=ride_id)
    if ride.status != RideRequest.Status.COMPLETED:
        raise Conflict(f"This ride is {ride.status}.")
    ride.rating = rating
    ride.save()
    if ride.driver_id:
        average = ride.driver.rides.filter(rating__isnull=False).aggregate(average=Avg("rating"))["average"]
        Driver.objects.filter(pk=ride.driver_id).update(rating=round(Decimal(average), 2))
    return ride
