from rest_framework.permissions import BasePermission


class IsStaffOrOwnCustomer(BasePermission):
    """Staff may see and change every customer, others only the customers linked to their account."""

    message = "This customer belongs to another account."

    def has_object_permission(self, request, view, customer):
        return request.user.is_staff or customer.user_id == request.user.pk
