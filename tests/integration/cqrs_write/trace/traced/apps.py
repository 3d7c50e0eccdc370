from django.apps import AppConfig


class TracedConfig(AppConfig):
    name = "tests.integration.cqrs_write.trace.traced"
    label = "traced"
