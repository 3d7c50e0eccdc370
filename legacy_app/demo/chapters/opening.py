"""The shop opens: servers, tables, data, processes."""

from django.core.management import call_command

from legacy_app.demo import database
from legacy_app.demo.measurements import READ, WRITE
from legacy_app.demo.stage import Stage
from legacy_app.demo.thresholds import declare, gate_for


def open_shop(stage: Stage) -> None:
    narrator, stack = stage.narrator, stage.stack
    with narrator.busy("Preparing SQLite" if stage.options.sqlite else "Starting PostgreSQL and Redis"):
        stack.start_servers()
        database.work_on(stack.environment)
    database.refuse_full_database()
    for endpoint in (READ, WRITE):
        declare(endpoint, gate=gate_for(stage.options.seconds))
    with narrator.busy("Creating the tables and the triggers that report every write"):
        call_command("migrate", verbosity=0)
    stack.start_processes()
    call_command("seed_legacy", scale=stage.options.scale, stdout=narrator.stream)
    with narrator.busy("Waiting for gunicorn, two Celery workers, Celery beat and the refresh loop"):
        stack.await_processes(stage.shop.tokens[0])
