"""What the command views are compared with, and one that the sample does not have."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.workload.models import Received
from legacy_app.orders.permissions import IsStaffOrOrderingCustomer
from legacy_app.orders_cqrs.place_order import QuickOrderSerializer


class EmptyView(APIView):
    """Authenticates, and answers nothing: what no view on this stack can be faster than."""

    def get(self, request):
        return Response({})


class BareView(APIView):
    """Checks an order as the command view does, and inserts one row: the least that a view can do to keep it."""

    permission_classes = [IsAuthenticated, IsStaffOrOrderingCustomer]

    def post(self, request):
        form = QuickOrderSerializer(data=request.data, context={"request": request, "view": self})
        form.is_valid(raise_exception=True)
        order = form.validated_data
        payload = {"customer_id": order["customer"].pk, "lines": order["lines"], "note": order["note"]}
        row = Received.objects.create(user_id=request.user.pk, payload=payload)
        return Response({"id": row.pk}, status=201)
