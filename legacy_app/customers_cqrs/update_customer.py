"""``PUT`` and ``PATCH customers:customer-detail`` on the new side: the monolith's form, rights and answers."""

from rest_framework.generics import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from cqrs_write.http import CommandView
from legacy_app.customers.models import Customer
from legacy_app.customers.permissions import IsStaffOrOwnCustomer
from legacy_app.customers.serializers import CustomerSerializer
from legacy_app.customers_cqrs.commands import UpdateCustomer


class UpdateCustomerView(CommandView):
    http_method_names = ["put", "patch", "options"]
    command_class = UpdateCustomer
    permission_classes = [IsAuthenticated, IsStaffOrOwnCustomer]
    success_status = 200

    put = patch = CommandView.execute

    def to_command(self, request: Request) -> UpdateCustomer:
        customer = get_object_or_404(Customer.objects.all(), pk=self.kwargs["pk"])
        self.check_object_permissions(request, customer)
        form = CustomerSerializer(
            customer,
            data=request.data,
            partial=request.method == "PATCH",
            context={"request": request, "view": self},
        )
        form.is_valid(raise_exception=True)
        return UpdateCustomer(customer_id=customer.pk, **form.validated_data)


update_customer_view = UpdateCustomerView.as_view()
