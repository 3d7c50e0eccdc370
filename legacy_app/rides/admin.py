from django.contrib import admin

from legacy_app.rides.models import Driver, DriverPosition, RideRequest


class RideInline(admin.TabularInline):
    model = RideRequest
    extra = 0
    fields = ["status", "passenger", "requested_at", "fare", "rating"]
    readonly_fields = fields
    can_delete = False


@admin.register(Driver)
class DriverAdmin(admin.ModelAdmin):
    list_display = ["name", "plate", "vehicle", "status", "rating", "position_at"]
    list_filter = ["status", "vehicle"]
    search_fields = ["name", "plate"]
    raw_id_fields = ["user"]
    inlines = [RideInline]


@admin.register(DriverPosition)
class DriverPositionAdmin(admin.ModelAdmin):
    list_display = ["driver", "lat", "lng", "reported_at"]
    list_filter = ["reported_at"]
    list_select_related = ["driver"]
    raw_id_fields = ["driver"]


@admin.register(RideRequest)
class RideRequestAdmin(admin.ModelAdmin):
    list_display = ["id", "passenger", "driver", "status", "requested_at", "fare"]
    list_filter = ["status", "requested_at"]
    list_select_related = ["passenger", "driver"]
    raw_id_fields = ["passenger", "driver"]
