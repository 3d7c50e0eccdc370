"""The API's rate limit."""

from rest_framework.throttling import UserRateThrottle


class CustomerRateThrottle(UserRateThrottle):
    """A rate limit for customers; staff accounts are back-office integrations and have none."""

    scope = "customer"

    def allow_request(self, request, view):
        if request.user and request.user.is_staff:
            return True
        return super().allow_request(request, view)
