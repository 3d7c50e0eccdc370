"""Why the rows of a read model are not all there: where the run that fills it stands."""

from django.db import ProgrammingError, connections, transaction

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.models import BackfillRun

State = BackfillRun.State


def reason_unfilled(read_model: type[ReadModel]) -> str:
    """Why ``read_model``, which has a position, is not ready: its newest run's state and error, and the remedy."""
    name, run = name_of(read_model), _newest_run(read_model)
    command = f"manage.py cqrs_backfill {name}"
    if run is not None and run.state == State.FAILED:
        return f"{name}: its {run.kind} has failed at {run.error}. Mend that; it goes on with: {command}"
    if run is not None and run.state == State.PAUSED:
        why = f" ({run.reason})" if run.reason else ""
        return f"{name}: its {run.kind} is paused{why}. It goes on with: {command}"
    if run is not None and run.state == State.CANCELLED:
        why = f" ({run.reason})" if run.reason else ""
        return f"{name}: its {run.kind} was cancelled{why}. Fill it: {command}"
    return f"{name} is being filled."


def _newest_run(read_model: type[ReadModel]) -> BackfillRun | None:
    """None also for a database user that may not look: one that only reads needs no right to it."""
    using = projection_of(read_model).target
    runs = BackfillRun.objects.using(using).filter(read_model=name_of(read_model))
    try:
        if connections[using].in_atomic_block:
            with transaction.atomic(using=using):
                return runs.exclude(kind=BackfillRun.Kind.VERIFY).order_by("-pk").first()
        return runs.exclude(kind=BackfillRun.Kind.VERIFY).order_by("-pk").first()
    except ProgrammingError:
        return None
