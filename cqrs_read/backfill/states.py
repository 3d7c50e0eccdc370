"""The states of a run, and the acts of people that lead from one to another.

Each act is one UPDATE of the run's row by anybody, seen by whoever works at it before its next chunk. There is no
"pausing" in between, so nothing can get stuck there.
"""

from django.utils import timezone

from cqrs_read.exceptions import NoSuchRun, Superseded
from cqrs_read.models import BackfillRun

State = BackfillRun.State

EDGES: dict[tuple[str, str], str] = {
    (State.RUNNING, State.PAUSED): "a person wants the database for something else, or pressed Ctrl-C",
    (State.RUNNING, State.CANCELLED): "a person does not want it any more",
    (State.RUNNING, State.DONE): "its last chunk is committed",
    (State.RUNNING, State.FAILED): "a chunk cannot be computed or stored, which trying again does not mend",
    (State.PAUSED, State.RUNNING): "a person wants it to go on, from its cursor",
    (State.PAUSED, State.CANCELLED): "a person does not want it any more",
    (State.FAILED, State.RUNNING): "a person has mended the cause",
    (State.FAILED, State.CANCELLED): "a person does not want it any more, or a newer run does the same",
}

UNFINISHED = (State.RUNNING, State.PAUSED, State.FAILED)


def sources_of(state: str) -> list[str]:
    """The states from which an edge leads to ``state``."""
    return [start for start, end in EDGES if end == state]


def move(run: BackfillRun, state: str, **values: object) -> bool:
    """Bring ``run`` into ``state`` with ``values`` in other columns, if an edge leads there from where it is now.

    Returns:
        Whether it did.
    """
    runs = BackfillRun.objects.using(run._state.db).filter(pk=run.pk, state__in=sources_of(state))
    return bool(runs.update(state=state, **values))


def pause(run: BackfillRun, reason: str = "") -> bool:
    """Let ``run`` rest before its next chunk."""
    return move(run, State.PAUSED, reason=reason, owner="", throttled_by="")


def cancel(run: BackfillRun, reason: str = "") -> bool:
    """End ``run``. What it computed stays; what it was for is not done."""
    return move(run, State.CANCELLED, reason=reason, owner="", throttled_by="", finished_at=timezone.now())


def resume(run: BackfillRun) -> bool:
    """Let ``run`` go on from its cursor, by the refresher or by the next ``cqrs_backfill``.

    Raises:
        Superseded: if a newer run of the same read model does its work.
    """
    newer = BackfillRun.objects.using(run._state.db).filter(read_model=run.read_model, pk__gt=run.pk)
    if newer.exclude(kind=BackfillRun.Kind.VERIFY).exists() and run.kind != BackfillRun.Kind.VERIFY:
        raise Superseded(f"{run}: a newer run has begun since. Cancel this one.")
    return move(run, State.RUNNING, reason="", error="", attempts=0)


def unfinished(name: str, using: str) -> BackfillRun | None:
    """The newest run of the read model ``name`` that fills rows and is neither done nor cancelled."""
    runs = BackfillRun.objects.using(using).filter(read_model=name, state__in=UNFINISHED)
    return runs.exclude(kind=BackfillRun.Kind.VERIFY).order_by("-pk").first()


def unfinished_or_refuse(name: str, using: str) -> BackfillRun:
    """The same.

    Raises:
        NoSuchRun: if there is none.
    """
    if run := unfinished(name, using):
        return run
    raise NoSuchRun(f"{name} has no run that is unfinished. Begin one: manage.py cqrs_backfill {name}")
