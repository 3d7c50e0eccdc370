"""``POST orders:order-list`` on the new side: the answers of the monolith, the work of the command."""

from typing import Any

from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from cqrs_write.http import CommandView
from legacy_app.orders.models import Product
from legacy_app.orders.permissions import IsStaffOrOrderingCustomer, may_act_for
from legacy_app.orders.placing import PlaceLineSerializer, PlaceOrderSerializer
from legacy_app.orders_cqrs.commands import OrderLineInput, PlaceOrder


class QuickLineSerializer(PlaceLineSerializer):
    sku = serializers.CharField(trim_whitespace=False)  # type: ignore[assignment]


class QuickOrderSerializer(PlaceOrderSerializer):
    """The monolith's form, but with one query for all products instead of one for each."""

    lines = QuickLineSerializer(many=True, allow_empty=False)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        skus = {line["sku"] for line in lines}
        if Product.objects.filter(sku__in=skus, active=True).count() < len(skus):
            raise serializers.ValidationError("Some are not sold.")
        return lines


class PlaceOrderView(CommandView):
    command_class = PlaceOrder
    permission_classes = [IsAuthenticated, IsStaffOrOrderingCustomer]

    def to_command(self, request: Request) -> PlaceOrder:
        form = self.valid_form(request)
        customer = form["customer"]
        if not may_act_for(request.user, customer):
            self.permission_denied(request, message="You may only order for yourself.")
        lines = tuple(OrderLineInput(sku=line["sku"], quantity=line["quantity"]) for line in form["lines"])
        return PlaceOrder(customer_id=customer.pk, lines=lines, note=form["note"])

    def valid_form(self, request: Request) -> dict[str, Any]:
        """What the client sent, checked; the monolith's own form words the complaints."""
        context = {"request": request, "view": self}
        quick = QuickOrderSerializer(data=request.data, context=context)
        if quick.is_valid():
            return quick.validated_data
        form = PlaceOrderSerializer(data=request.data, context=context)
        form.is_valid(raise_exception=True)
        lines = [{**line, "sku": line["sku"].sku} for line in form.validated_data["lines"]]
        return {**form.validated_data, "lines": lines}


place_order_view = PlaceOrderView.as_view()
