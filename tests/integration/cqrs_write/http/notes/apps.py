from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "tests.integration.cqrs_write.http.notes"
    label = "notes"
    default_auto_field = "django.db.models.BigAutoField"
