from django.apps import AppConfig
from django.db import connections


class ReadConfig(AppConfig):
    name = "cqrs_read"
    verbose_name = "CQRS: what is read"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cqrs_read.checks import register_checks
        from cqrs_read.standing.followers import followers
        from cqrs_read.standing.migrating import follow_migrations
        from cqrs_read.standing.watches import watches
        from cqrs_write.capture.plan import watch_source
        from cqrs_write.follower import follower_source

        if any(connection.vendor == "sqlite" for connection in connections.all()):
            from cqrs_read.backends.sqlite.features import believe_in_json

            believe_in_json()
        register_checks()
        watch_source(watches)
        follower_source(followers)
        follow_migrations(self)
