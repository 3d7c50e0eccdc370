from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "legacy_app.demo"
    label = "demo"
