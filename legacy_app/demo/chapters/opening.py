"""The shop opens: servers, tables, data, processes."""

from django.core.management import call_command

from legacy_app.demo import database
from legacy_app.demo.stage import Stage


def open_shop(stage: Stage) -> None:
    narrator, stack = stage.narrator, stage.stack
    with narrator.busy("Preparing SQLite" if stage.options.sqlite else "Starting PostgreSQL and Redis"):
        stack.start_servers()
        database.work_on(stack.environment)
    database.refuse_full_database()
    with narrator.busy("Creating the tables and the triggers that report every write"):
        call_command("migrate", verbosity=0)
    stack.start_processes()
    call_command("seed_legacy", scale=stage.options.scale, stdout=narrator.stream)
    with narrator.busy("Waiting for gunicorn, a Celery worker, Celery beat and the refresh loop"):
        stack.await_processes(stage.shop.tokens[0])
