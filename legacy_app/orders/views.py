from django.shortcuts import get_object_or_404
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.response import Response

from legacy_app.orders import payments, services
from legacy_app.orders.filters import OrderFilter
from legacy_app.orders.models import Order
from legacy_app.orders.permissions import IsStaffOrOrderingCustomer, may_act_for
from legacy_app.orders.placing import PlaceOrderSerializer
from legacy_app.orders.serializers import OrderSerializer
from legacy_app.orders.totals import CENT


class PaySerializer(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=CENT, required=False)
    method = serializers.ChoiceField(["card", "transfer", "cash", "wallet"], default="card")


class RefundRequestSerializer(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=CENT, required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class OrderViewSet(
    mixins.CreateModelMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet
):
    queryset = Order.objects.all()
    permission_classes = [IsAuthenticated, IsStaffOrOrderingCustomer]
    filterset_class = OrderFilter
    ordering_fields = ["placed_at", "id"]
    ordering = ["-placed_at", "-id"]
    lookup_value_regex = r"\d+"

    def get_queryset(self):
        orders = super().get_queryset()
        if self.action == "list":
            orders = orders.filter(cancelled=False)
        if self.request.user.is_staff:
            return orders
        return orders.filter(customer__user_id=self.request.user.pk)

    def get_serializer_class(self):
        return {
            "create": PlaceOrderSerializer,
            "pay": PaySerializer,
            "refund": RefundRequestSerializer,
        }.get(self.action, OrderSerializer)

    def perform_create(self, serializer):
        if not may_act_for(self.request.user, serializer.validated_data["customer"]):
            self.permission_denied(self.request, message="You may only order for yourself.")
        serializer.save()

    @action(detail=True, methods=["post"])
    def pay(self, request, pk=None):
        order = self.get_object()
        payments.pay_order(order.pk, **self.get_valid_data())
        return self.answer(order)

    @action(detail=True, methods=["post"])
    def cancel(self, request, pk=None):
        order = self.get_object()
        services.cancel_order(order.pk)
        return self.answer(order)

    @action(detail=True, methods=["post"], permission_classes=[IsAdminUser])
    def refund(self, request, pk=None):
        order = self.get_object()
        payments.refund_order(order.pk, **self.get_valid_data())
        return self.answer(order)

    def get_valid_data(self):
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def answer(self, order):
        order = get_object_or_404(Order, pk=order.pk)
        return Response(OrderSerializer(order, context=self.get_serializer_context()).data)
