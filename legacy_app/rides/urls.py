from django.urls import include, path
from rest_framework.routers import DefaultRouter

from legacy_app.rides import drivers
from legacy_app.rides.views import RideViewSet

app_name = "rides"

router = DefaultRouter()
# The list of rides is the root.
router.include_root_view = False
router.register("", RideViewSet, basename="ride")

urlpatterns = [
    path("drivers/online/", drivers.GoOnlineView.as_view(), name="driver-online"),
    path("drivers/offline/", drivers.GoOfflineView.as_view(), name="driver-offline"),
    path("drivers/position/", drivers.PositionView.as_view(), name="driver-position"),
    path("nearby/", drivers.NearbyDriversView.as_view(), name="nearby"),
    path("", include(router.urls)),
]
