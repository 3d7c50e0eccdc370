"""Draining a queue: look around its lanes, and execute what may run in each."""

import time
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, transaction

from cqrs_write.execution.abandoned import take_back
from cqrs_write.execution.agenda import Agenda
from cqrs_write.execution.bundle import Bundle
from cqrs_write.execution.execute import execute
from cqrs_write.execution.heads import pages
from cqrs_write.execution.take import take
from cqrs_write.execution.worker import Worker


@dataclass(frozen=True, kw_only=True)
class Drained:
    """What a worker did in its slice of time."""

    executed: int
    more: bool
    """Whether time was up before the work was."""


def drain(queue: str, *, using: str = DEFAULT_DB_ALIAS, seconds: float) -> Drained:
    """Execute the runnable commands of ``queue`` until none is left or ``seconds`` have passed.

    It ends only after a look around all lanes in which it could take nothing. Whoever has a lane therefore looks
    again after leaving it, so a worker that finds a lane taken may leave what is in it to the other.
    """
    worker = Worker.of(using, deadline=time.monotonic() + seconds)
    executed, look_again = 0, True
    while look_again:
        look_again = False
        for page in pages(queue, using):
            agenda = Agenda(page)
            look_again |= take_back(agenda, worker)
            done = _work_off(agenda, worker)
            executed += done
            look_again |= done > 0 or agenda.look_again
            if worker.time_is_up:
                return Drained(executed=executed, more=True)
            if page.has_been_overtaken():
                look_again = True
                break
    return Drained(executed=executed, more=False)


def _work_off(agenda: Agenda, worker: Worker) -> int:
    """Execute what the agenda has; each transaction takes what the next one executes."""
    executed = 0
    bundle = _take(agenda, worker)
    while bundle is not None:
        done, bundle = execute(bundle, agenda, worker)
        executed += done
        if bundle is None and not worker.time_is_up:
            bundle = _take(agenda, worker)
    return executed


def _take(agenda: Agenda, worker: Worker) -> Bundle | None:
    with transaction.atomic(using=worker.using, durable=True):
        return take(agenda, worker)
