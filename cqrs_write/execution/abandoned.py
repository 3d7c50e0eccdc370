"""Abandoned commands: marked by a worker that is gone, as the free lock of their lane tells."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from cqrs_write.conf import settings
from cqrs_write.definition.registry import registry
from cqrs_write.exceptions import WorkerLost
from cqrs_write.execution.agenda import Agenda
from cqrs_write.execution.worker import Worker
from cqrs_write.models import LoggedCommand
from cqrs_write.report import error_line, logger
from cqrs_write.state import WAITING, State


def take_back(agenda: Agenda, worker: Worker) -> bool:
    """Give back to their lanes what the agenda's marked heads stand for, unless their workers live.

    Commands that were executed together are executed alone from then on: whichever of them ends workers is found.
    One that has ended too many of them alone is dead.

    Returns:
        Whether any was given back.
    """
    found = [_take_back(head, worker) for head in agenda.marked]
    return any(found)


def _take_back(head: LoggedCommand, worker: Worker) -> bool:
    with transaction.atomic(using=worker.using):
        if not worker.lanes.lock(worker.using, head.lane_key):
            return False
        log = LoggedCommand.objects.using(worker.using)
        marked = log.filter(pk=head.pk, state=State.RUNNING, worker=head.worker, marked_at=head.marked_at)
        if not marked.update(**_values(head)):
            return False
        if _was_together(head):
            others = log.filter(
                open=True,
                queue=head.queue,
                priority=head.priority,
                lane_key=head.lane_key,
                id__gt=head.id,
                id__lte=head.marked_to,
                state__in=WAITING,
            )
            others.update(alone=True)
    logger.warning("%s: its worker %s is gone; it is executed again.", head, head.worker)
    return True


def _was_together(head: LoggedCommand) -> bool:
    """Whether the lost transaction may have had more commands than this one."""
    handler = registry.known(head.name)
    return not head.alone and bool(handler and (handler.group or handler.batch))


def _values(head: LoggedCommand) -> dict[str, Any]:
    if _was_together(head):
        return {"state": State.ACCEPTED, "alone": True}
    lost = head.lost + 1
    if lost < settings().max_lost:
        return {"state": State.ACCEPTED, "lost": lost}
    error = WorkerLost(
        f"{lost} workers were gone before it was done. Look for what ends the process: memory, a crash."
    )
    return {
        "state": State.DEAD,
        "lost": lost,
        "finished_at": timezone.now(),
        "error": error_line(error),
    }
