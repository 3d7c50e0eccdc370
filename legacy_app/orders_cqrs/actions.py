"""``POST orders:order-pay``, ``-cancel`` and ``-refund`` on the new side: the monolith's forms, rights and answers."""

from typing import Any, ClassVar

from rest_framework.generics import get_object_or_404
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from cqrs_write import Command
from cqrs_write.http import CommandView
from legacy_app.orders.models import Order
from legacy_app.orders.permissions import IsStaffOrOrderingCustomer
from legacy_app.orders.views import PaySerializer, RefundRequestSerializer
from legacy_app.orders_cqrs.commands import CancelOrder, PayOrder, RefundOrder


class OrderActionView(CommandView):
    """A command for the order that the URL names, which the client must be allowed to see."""

    permission_classes = [IsAuthenticated, IsStaffOrOrderingCustomer]
    serializer_class: ClassVar[type[Serializer] | None] = None
    success_status = 200

    def to_command(self, request: Request) -> Command:
        # First the order, then the form: who may not see an order learns nothing of what is wrong with a payment.
        order = self.get_order(request)
        return self.command_class(
            customer_id=order.customer_id, order_id=order.pk, **self.valid_data(request)
        )

    def get_order(self, request: Request) -> Order:
        orders = Order.objects.all()
        if not request.user.is_staff:
            orders = orders.filter(customer__user_id=request.user.pk)
        return get_object_or_404(orders, pk=self.kwargs["pk"])

    def valid_data(self, request: Request) -> dict[str, Any]:
        if self.serializer_class is None:
            return {}
        form = self.serializer_class(data=request.data, context={"request": request, "view": self})
        form.is_valid(raise_exception=True)
        return form.validated_data


class PayOrderView(OrderActionView):
    command_class = PayOrder
    serializer_class = PaySerializer


class CancelOrderView(OrderActionView):
    command_class = CancelOrder


class RefundOrderView(OrderActionView):
    command_class = RefundOrder
    serializer_class = RefundRequestSerializer
    permission_classes = [IsAdminUser]


pay_order_view = PayOrderView.as_view()
cancel_order_view = CancelOrderView.as_view()
refund_order_view = RefundOrderView.as_view()
