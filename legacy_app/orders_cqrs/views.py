"""What the order endpoints answer, from the read models."""

from django.utils.functional import cached_property
from django.utils.timezone import get_current_timezone
from rest_framework.fields import DateTimeField
from rest_framework.permissions import IsAuthenticated

from cqrs_read.views import ReadModelListView
from legacy_app.orders.filters import OrderFilter
from legacy_app.orders.permissions import IsStaffOrOrderingCustomer
from legacy_app.orders_cqrs.read_models import OrderSummary


class OrderSummaryFilter(OrderFilter):
    """The legacy filters, over the read model."""

    class Meta(OrderFilter.Meta):
        model = OrderSummary


class OrderList(ReadModelListView):
    """The order list: every order that was not cancelled to staff, their own to customers."""

    queryset = OrderSummary.objects.all()
    permission_classes = [IsAuthenticated, IsStaffOrOrderingCustomer]
    filterset_class = OrderSummaryFilter
    ordering_fields = ["placed_at", "id"]
    ordering = ["-placed_at", "-id"]
    fields = [
        "id",
        "number",
        "status",
        "placed_at",
        "note",
        "customer_id",
        "customer_name",
        "customer_email",
        "customer_city",
        "line_count",
        "item_count",
        "total",
        "paid",
        "lines",
    ]

    def get_queryset(self):
        orders = super().get_queryset()
        if self.request.user.is_staff:
            return orders
        return orders.filter(customer_user_id=self.request.user.pk)

    @cached_property
    def timestamp(self):
        """As the legacy serializer shows times, but asking for the time zone once a page and not once a row."""
        return DateTimeField(default_timezone=get_current_timezone()).to_representation

    def represent(self, row):
        return {
            "id": row["id"],
            "number": row["number"],
            "status": row["status"],
            "placed_at": self.timestamp(row["placed_at"]),
            "note": row["note"],
            "customer": {
                "id": row["customer_id"],
                "name": row["customer_name"],
                "email": row["customer_email"],
                "city": row["customer_city"],
            },
            "line_count": row["line_count"],
            "item_count": row["item_count"],
            "total": str(row["total"]),
            "paid": str(row["paid"]),
            "lines": row["lines"],
        }


order_list_view = OrderList.as_view()
