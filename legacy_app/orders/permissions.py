from rest_framework.permissions import BasePermission


def may_act_for(user, customer):
    return user.is_staff or customer.user_id == user.pk


class IsStaffOrOrderingCustomer(BasePermission):
    """Staff may do anything with an order, others only what concerns their own customer's orders."""

    message = "This order belongs to another customer."

    def has_object_permission(self, request, view, order):
        return may_act_for(request.user, order.customer)
