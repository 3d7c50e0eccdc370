from django.apps import AppConfig


class ProbeConfig(AppConfig):
    name = "tests.integration.cqrs_write.commands.probe"
    label = "probe"
    default_auto_field = "django.db.models.BigAutoField"
