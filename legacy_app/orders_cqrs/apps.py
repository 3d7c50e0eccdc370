from django.apps import AppConfig


class OrdersCqrsConfig(AppConfig):
    name = "legacy_app.orders_cqrs"
    label = "orders_cqrs"
    verbose_name = "Orders: what moved to CQRS"
    default_auto_field = "django.db.models.BigAutoField"
