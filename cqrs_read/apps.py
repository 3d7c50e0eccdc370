from django.apps import AppConfig


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

        register_checks()
        watch_source(watches)
        follower_source(followers)
        follow_migrations(self)
