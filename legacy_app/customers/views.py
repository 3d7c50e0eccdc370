from django.db import transaction
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.response import Response

from legacy_app.customers.filters import CustomerFilter
from legacy_app.customers.models import Customer
from legacy_app.customers.permissions import IsStaffOrOwnCustomer
from legacy_app.customers.serializers import (
    AddressSerializer,
    CustomerSerializer,
    NoteSerializer,
    TagsSerializer,
)


class CustomerViewSet(
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    http_method_names = ["get", "post", "put", "patch", "delete", "head", "options"]
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    permission_classes = [IsAuthenticated, IsStaffOrOwnCustomer]
    filterset_class = CustomerFilter
    ordering_fields = ["name", "city", "last_contact_at", "created_at", "id"]
    ordering = ["name", "id"]
    lookup_value_regex = r"\d+"

    def get_queryset(self):
        customers = super().get_queryset()
        if self.action == "list" and not self.request.user.is_staff:
            return customers.filter(user_id=self.request.user.pk)
        return customers

    def get_permissions(self):
        if self.action in {"destroy", "notes", "tags"}:
            return [IsAdminUser()]
        return super().get_permissions()

    @action(detail=True, methods=["get", "post"], serializer_class=AddressSerializer)
    def addresses(self, request, pk=None):
        customer = self.get_object()
        if request.method == "GET":
            return Response(self.get_serializer(customer.addresses.all(), many=True).data)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            serializer.save(customer=customer)
        return Response(serializer.data, status=201)

    @action(detail=True, methods=["get", "post"], serializer_class=NoteSerializer)
    def notes(self, request, pk=None):
        customer = self.get_object()
        if request.method == "GET":
            return Response(self.get_serializer(customer.notes.all(), many=True).data)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            note = serializer.save(customer=customer, author=request.user)
            customer.last_contact_at = note.created_at
            customer.save()
        return Response(serializer.data, status=201)

    @action(detail=True, methods=["get", "put"], serializer_class=TagsSerializer)
    def tags(self, request, pk=None):
        customer = self.get_object()
        if request.method == "PUT":
            serializer = self.get_serializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            serializer.save(customer=customer)
        return Response({"tags": [tag.name for tag in customer.tags.all()]})
