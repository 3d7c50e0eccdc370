from django.apps import AppConfig


class SeedConfig(AppConfig):
    name = "legacy_app.seed"
    label = "seed"
