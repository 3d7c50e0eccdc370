from django.db.models import Q
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from legacy_app.rides import services
from legacy_app.rides.filters import RideFilter
from legacy_app.rides.models import RideRequest
from legacy_app.rides.permissions import IsDriver, IsStaffOrPassenger, IsStaffPassengerOrDriver
from legacy_app.rides.serializers import RatingSerializer, RideSerializer


class RideViewSet(
    mixins.CreateModelMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet
):
    queryset = RideRequest.objects.all()
    serializer_class = RideSerializer
    permission_classes = [IsAuthenticated, IsStaffPassengerOrDriver]
    filterset_class = RideFilter
    ordering_fields = ["requested_at", "id"]
    ordering = ["-requested_at", "-id"]
    lookup_value_regex = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    def get_queryset(self):
        rides = super().get_queryset()
        user = self.request.user
        if self.action != "list" or user.is_staff:
            return rides
        return rides.filter(Q(passenger__user_id=user.pk) | Q(driver__user_id=user.pk))

    def perform_create(self, serializer):
        passenger = serializer.validated_data["passenger"]
        if not self.request.user.is_staff and passenger.user_id != self.request.user.pk:
            self.permission_denied(self.request, message="You may only request rides for yourself.")
        serializer.save()

    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated, IsDriver])
    def accept(self, request, pk=None):
        return self.answer(services.accept_ride(pk, request.user.driver))

    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated, IsDriver])
    def complete(self, request, pk=None):
        return self.answer(services.complete_ride(pk, request.user.driver))

    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated, IsStaffOrPassenger])
    def cancel(self, request, pk=None):
        return self.answer(services.cancel_ride(self.get_object().pk))

    @action(
        detail=True,
        methods=["post"],
        serializer_class=RatingSerializer,
        permission_classes=[IsAuthenticated, IsStaffOrPassenger],
    )
    def rate(self, request, pk=None):
        ride = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.answer(services.rate_ride(ride.pk, **serializer.validated_data))

    def answer(self, ride):
        return Response(RideSerializer(ride, context=self.get_serializer_context()).data)
