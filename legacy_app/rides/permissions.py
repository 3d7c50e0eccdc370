from rest_framework.permissions import BasePermission

from legacy_app.rides.models import Driver


class IsDriver(BasePermission):
    message = "Only drivers can do this."

    def has_permission(self, request, view):
        return Driver.objects.filter(user_id=request.user.pk).exists()


class IsStaffPassengerOrDriver(BasePermission):
    """A ride is seen by staff, by its passenger and by its driver."""

    message = "This ride belongs to somebody else."

    def has_object_permission(self, request, view, ride):
        user = request.user
        if user.is_staff or ride.passenger.user_id == user.pk:
            return True
        return ride.driver is not None and ride.driver.user_id == user.pk


class IsStaffOrPassenger(BasePermission):
    message = "Only the passenger can do this."

    def has_object_permission(self, request, view, ride):
        return request.user.is_staff or ride.passenger.user_id == request.user.pk
