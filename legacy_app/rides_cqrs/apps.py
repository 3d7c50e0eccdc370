from django.apps import AppConfig


class RidesCqrsConfig(AppConfig):
    name = "legacy_app.rides_cqrs"
    label = "rides_cqrs"
    verbose_name = "Rides: what moved to CQRS"
    default_auto_field = "django.db.models.BigAutoField"
