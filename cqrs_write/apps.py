from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from cqrs_write.capture.migrating import follow_migrations
from cqrs_write.checks import DISCOVERED, register_checks
from cqrs_write.propagation import follow_tasks


class WriteConfig(AppConfig):
    name = "cqrs_write"
    verbose_name = "CQRS: what is written"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules(DISCOVERED)
        register_checks()
        follow_migrations(self)
        follow_tasks()
