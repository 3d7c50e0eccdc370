from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "legacy_app.orders"
    label = "orders"

    def ready(self):
        from legacy_app.orders import signals  # noqa: F401  (connects the receivers)
