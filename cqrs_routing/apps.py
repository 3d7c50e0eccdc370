from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RoutingConfig(AppConfig):
    name = "cqrs_routing"
    verbose_name = "CQRS: which side serves"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cqrs_routing import checks  # noqa: F401
        from cqrs_routing.rehearsal.images import image_plans
        from cqrs_routing.serving.query_count import count_on_every_connection
        from cqrs_routing.traffic.flush import see_to_the_end
        from cqrs_write.capture.image_plan import image_source

        autodiscover_modules("endpoints")
        image_source(image_plans)
        count_on_every_connection()
        see_to_the_end()
