"""A run: one pass over all keys of a read model, begun, found again, and demanded by the refresher."""

from django.db import transaction
from django.utils import timezone

from cqrs_read.backfill.states import State, move, unfinished
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import NotMigrated
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.standing.identity import identity_of, reason_not_there
from cqrs_read.standing.state import fingerprint, start_following, state_of
from cqrs_read.store.room import leave_room

Kind = BackfillRun.Kind

FROM_THE_START = {
    "cursor": None,
    "rows": 0,
    "busy_seconds": 0.0,
    "throttled_seconds": 0.0,
    "throttled_by": "",
    "attempts": 0,
    "error": "",
}


def running(read_model: type[ReadModel]) -> BackfillRun | None:
    """The run that fills ``read_model`` and is not finished, paused or failed, if there is one."""
    runs = BackfillRun.objects.using(projection_of(read_model).target)
    return runs.filter(read_model=name_of(read_model), state=State.RUNNING).exclude(kind=Kind.VERIFY).first()


def start(read_model: type[ReadModel], kind: str = Kind.BACKFILL, *, owner: str = "") -> BackfillRun:
    """Take the position first, then make the run: no change can fall between the two.

    A run that is unfinished begins anew as this one.

    Args:
        owner: who is going to work at it; the refresher if nobody is named.

    Raises:
        NotCaptured: if a table that it depends on does not report its writes.
    """
    target = projection_of(read_model).target
    leave_room(read_model)
    with transaction.atomic(using=target):
        start_following(read_model)
        now = timezone.now()
        return _from_the_start(
            read_model, kind=kind, reason="", started_at=now, owner=owner, touched_at=now if owner else None
        )


def demand(read_model: type[ReadModel], reason: str) -> BackfillRun:
    """Have every row computed anew, whatever was computed before: changes went by unseen.

    A run that is under way begins anew; one that a person has paused stays so. Call it within ``changing``.
    """
    name, target = name_of(read_model), projection_of(read_model).target
    run = unfinished(name, target)
    kind = run.kind if run else Kind.REPAIR
    ReadModelState.objects.using(target).filter(name=name).update(table_id=identity_of(read_model))
    return _from_the_start(read_model, kind=kind, reason=reason, stays=(State.RUNNING, State.PAUSED))


def refuse_unmigrated(read_model: type[ReadModel]) -> None:
    """Refuse what has no table.

    Raises:
        NotMigrated: in one line.
    """
    if reason := reason_not_there(read_model, identity_of(read_model)):
        raise NotMigrated(reason)


def to_go_on_with(read_model: type[ReadModel]) -> BackfillRun | None:
    """The run that was interrupted, unless it computed what another declaration said, or filled another table."""
    state = state_of(read_model)
    if state.fingerprint != fingerprint(read_model) or state.table_id != identity_of(read_model):
        return None
    return unfinished(name_of(read_model), projection_of(read_model).target)


def _from_the_start(
    read_model: type[ReadModel], *, stays: tuple[str, ...] = (State.RUNNING,), **values: object
) -> BackfillRun:
    """The unfinished run, or else a new one, at the first key; running, unless it is in a state that ``stays``."""
    name, target = name_of(read_model), projection_of(read_model).target
    runs = BackfillRun.objects.using(target)
    run = unfinished(name, target)
    if run is None:
        return runs.create(read_model=name, **values)
    runs.filter(pk=run.pk).update(**FROM_THE_START, **values)
    if run.state not in stays:
        move(run, State.RUNNING)
    return runs.get(pk=run.pk)
