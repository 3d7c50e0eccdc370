from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "legacy_app.customers"
    label = "customers"

    def ready(self):
        from legacy_app.customers import signals  # noqa: F401  (connects the receivers)
