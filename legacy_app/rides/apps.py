from django.apps import AppConfig


class RidesConfig(AppConfig):
    name = "legacy_app.rides"
    label = "rides"
