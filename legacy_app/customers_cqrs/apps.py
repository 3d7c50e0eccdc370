from django.apps import AppConfig


class CustomersCqrsConfig(AppConfig):
    name = "legacy_app.customers_cqrs"
    label = "customers_cqrs"
    verbose_name = "Customers: what moved to CQRS"
    default_auto_field = "django.db.models.BigAutoField"
