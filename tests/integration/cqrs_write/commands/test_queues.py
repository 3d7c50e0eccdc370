from datetime import timedelta

import pytest
from django.utils import timezone

from cqrs_write import queues
from cqrs_write.bus import accept
from cqrs_write.execution import drain
from cqrs_write.models import LoggedCommand
from cqrs_write.queues import QueueStatus, queue_status, runnable_queues

from .probe.commands import Break, Postpone, Write

pytestmark = pytest.mark.django_db(transaction=True)


def status_of(queue: str) -> QueueStatus:
    return next(status for status in queue_status() if status.queue == queue)


def test_a_queue_that_a_handler_names_is_there_when_it_is_empty():
    assert status_of("probe") == QueueStatus(
        queue="probe", waiting=0, running=0, retrying=0, dead=0, oldest_seconds=None
    )


def test_commands_are_counted_by_state():
    for command in (Break, Postpone):
        accept(command(text="fails"))
    drain("probe", seconds=60)
    row = accept(Write(text="waits"))
    accept(Write(text="waits too"))
    LoggedCommand.objects.filter(pk=row.pk).update(accepted_at=timezone.now() - timedelta(minutes=5))

    status = status_of("probe")

    assert (status.waiting, status.retrying, status.dead) == (2, 1, 1)
    assert status.oldest_seconds is not None
    assert 300 <= status.oldest_seconds < 360


def test_a_queue_that_no_handler_names_any_more_is_listed_while_it_has_commands():
    row = accept(Write(text="old"))
    LoggedCommand.objects.filter(pk=row.pk).update(queue="abolished")

    assert status_of("abolished").waiting == 1


def test_counting_stops_at_the_limit(monkeypatch):
    monkeypatch.setattr(queues, "COUNT_LIMIT", 2)
    for _ in range(3):
        accept(Write(text="waits"))

    assert status_of("probe").waiting == 2


def test_a_queue_is_runnable_when_a_command_waits_or_a_retry_is_due():
    assert runnable_queues("default") == []

    row = accept(Postpone(text="later"))
    assert runnable_queues("default") == ["probe"]

    drain("probe", seconds=60)
    assert runnable_queues("default") == []

    LoggedCommand.objects.filter(pk=row.pk).update(not_before=timezone.now())
    assert runnable_queues("default") == ["probe"]
